import GRDB
package import MatrixAPI

/// Keeps the bridge's logins in its database, one for each account of a homeserver.
package struct SessionStore: Sendable {
    private let database: BridgeDatabase

    /// Creates a store over an open database.
    package init(database: BridgeDatabase) {
        self.database = database
    }

    /// The session of an account, where one is stored.
    package func session(homeserver: String, userID: UserID) async throws -> StoredSession? {
        try await database.read("read the session") { database in
            let sql = """
                SELECT device_id, access_token, refresh_token, expires_at FROM sessions
                WHERE homeserver = ? AND user_id = ?
                """
            let arguments: StatementArguments = [homeserver.stored, userID.stored]
            guard let row = try Row.fetchOne(database, sql: sql, arguments: arguments) else { return nil }
            return StoredSession(
                homeserver: homeserver, userID: userID, deviceID: try row.identifier("device_id"),
                accessToken: try row.text("access_token"), refreshToken: try row.optionalText("refresh_token"),
                expiresAt: try row.optional("expires_at"))
        }
    }

    /// Stores a session; it replaces the one that its account had.
    package func saveSession(_ session: StoredSession) async throws {
        try await database.write("store the session") { database in
            try database.execute(
                sql: """
                    INSERT OR REPLACE INTO sessions
                        (homeserver, user_id, device_id, access_token, refresh_token, expires_at)
                    VALUES (?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    session.homeserver.stored, session.userID.stored, session.deviceID.stored,
                    session.accessToken.stored, session.refreshToken?.stored, session.expiresAt,
                ])
        }
    }

    /// Removes the session of an account; the token is overwritten in the database's pages.
    package func removeSession(homeserver: String, userID: UserID) async throws {
        try await database.write("remove the session") { database in
            try database.execute(
                sql: "DELETE FROM sessions WHERE homeserver = ? AND user_id = ?",
                arguments: [homeserver.stored, userID.stored])
        }
    }
}
