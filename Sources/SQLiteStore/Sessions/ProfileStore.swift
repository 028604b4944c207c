import GRDB

/// Remembers what was published of the configured profile.
package struct ProfileStore: Sendable {
    /// A part of a profile.
    package enum Part: String, Sendable {
        /// The name.
        case displayName = "display_name"
        /// The picture.
        case avatar
    }

    private let database: BridgeDatabase

    /// Creates a store over an open database.
    package init(database: BridgeDatabase) {
        self.database = database
    }

    /// The fingerprint of what was published last; nil where nothing was.
    package func fingerprint(of part: Part) async throws -> String? {
        try await database.read("read the published profile") { database in
            let sql = "SELECT fingerprint FROM published_profile WHERE part = ?"
            return try Row.fetchOne(database, sql: sql, arguments: [part.rawValue])?.text("fingerprint")
        }
    }

    /// Stores the fingerprint of what has been published.
    package func save(_ fingerprint: String, of part: Part) async throws {
        try await database.write("store the published profile") { database in
            try database.execute(
                sql: "INSERT OR REPLACE INTO published_profile (part, fingerprint) VALUES (?, ?)",
                arguments: [part.rawValue, fingerprint.stored])
        }
    }
}
