package import Foundation
import GRDB
package import PlatformSDK

/// Users and their settings in the bridge's database: the prototype of the platform's user service.
package struct PrototypeStateStore: StateStore {
    private let database: BridgeDatabase
    private let initial: UserSettings
    private let now: @Sendable () -> Date

    /// Creates a store over an open database.
    ///
    /// - Parameters:
    ///   - initial: What a user starts with; skills, switches, connectors and plan properties that it names and a
    ///     user's stored settings lack are added when they are read.
    ///   - now: The time at which a user is first seen.
    package init(
        database: BridgeDatabase, initial: UserSettings, now: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.database = database
        self.initial = initial
        self.now = now
    }

    package func getOrCreateUser(externalID: String, platform: String, displayName: String?) async throws -> User {
        // Almost every call is about a known user, and a read waits for no disk.
        let known = try await database.read("read a user") { database in
            try database.user(externalID: externalID, platform: platform)
        }
        if let known { return known }
        return try await database.write("create a user") { [now] database in
            // Another call may have created them since.
            if let created = try database.user(externalID: externalID, platform: platform) { return created }
            let createdAt = now().milliseconds
            let user = User(
                externalID: externalID, platform: platform, displayName: displayName,
                createdAt: Date(milliseconds: createdAt), isNew: true)
            try database.execute(
                sql: """
                    INSERT INTO users (user_id, external_id, platform, display_name, created_at) VALUES (?, ?, ?, ?, ?)
                    """,
                arguments: [
                    user.userID.stored, externalID.stored, platform.stored, displayName?.stored, createdAt,
                ])
            return user
        }
    }

    package func settings(of userID: String) async throws -> UserSettings {
        try await database.read("read a user's settings") { [initial] database in
            try database.settings(of: userID, initial: initial)
        }
    }

    package func apply(_ action: SettingsAction, to userID: String) async throws -> UserSettings {
        let applied: Result<UserSettings, SettingsAction.Rejection> = try await database.write(
            "store a user's settings"
        ) { [initial] database in
            var settings = try database.settings(of: userID, initial: initial)
            do throws(SettingsAction.Rejection) {
                try settings.apply(action)
            } catch {
                return .failure(error)
            }
            try database.execute(
                sql: "INSERT OR REPLACE INTO user_settings (user_id, settings) VALUES (?, ?)",
                arguments: [userID.stored, try Data.json(settings)])
            return .success(settings)
        }
        return try applied.get()
    }
}

extension Database {
    fileprivate func user(externalID: String, platform: String) throws -> User? {
        let statement = try cachedStatement(sql: "SELECT display_name, created_at FROM users WHERE user_id = ?")
        let userID = User.userID(externalID: externalID, platform: platform)
        guard let row = try Row.fetchOne(statement, arguments: [userID.stored]) else { return nil }
        return User(
            externalID: externalID, platform: platform, displayName: try row.optionalText("display_name"),
            createdAt: Date(milliseconds: try row.value("created_at")), isNew: false)
    }

    fileprivate func settings(of userID: String, initial: UserSettings) throws -> UserSettings {
        let statement = try cachedStatement(sql: "SELECT settings FROM user_settings WHERE user_id = ?")
        guard let row = try Row.fetchOne(statement, arguments: [userID.stored]) else { return initial }
        return try row.json("settings", as: UserSettings.self).completed(with: initial)
    }
}

extension UserSettings {
    /// These settings, and below them what is new in the initial ones.
    ///
    /// The soul stays as it is stored: a field that the user removed must not come back.
    fileprivate func completed(with initial: UserSettings) -> UserSettings {
        UserSettings(
            skills: initial.skills.merging(skills) { $1 },
            connectors: initial.connectors.merging(connectors) { $1 },
            soul: soul,
            safety: initial.safety.merging(safety) { $1 },
            plan: initial.plan.merging(plan) { $1 })
    }
}
