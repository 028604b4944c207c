public import Foundation
import Synchronization

/// Users and settings in memory: the twin of the stored one, for tests and for a bridge that need not remember.
public final class InMemoryStateStore: StateStore {
    private struct State {
        var users: [String: User] = [:]
        var settings: [String: UserSettings] = [:]
    }

    private let state = Mutex(State())
    private let initialSettings: UserSettings
    private let now: @Sendable () -> Date

    /// Creates an empty store; `now` is what new users get as their creation date.
    public init(initialSettings: UserSettings = .initial, now: @escaping @Sendable () -> Date = { Date() }) {
        self.initialSettings = initialSettings
        self.now = now
    }

    public func getOrCreateUser(externalID: String, platform: String, displayName: String?) async throws -> User {
        let created = User(
            externalID: externalID,
            platform: platform,
            displayName: displayName,
            createdAt: now(),
            isNew: true
        )
        return state.withLock { state in
            if let known = state.users[created.userID] { return known }
            state.users[created.userID] = User(
                externalID: externalID,
                platform: platform,
                displayName: displayName,
                createdAt: created.createdAt,
                isNew: false
            )
            return created
        }
    }

    public func settings(of userID: String) async throws -> UserSettings {
        state.withLock { $0.settings[userID] ?? initialSettings }
    }

    public func apply(_ action: SettingsAction, to userID: String) async throws -> UserSettings {
        try state.withLock { state in
            var settings = state.settings[userID] ?? initialSettings
            try settings.apply(action)
            state.settings[userID] = settings
            return settings
        }
    }
}
