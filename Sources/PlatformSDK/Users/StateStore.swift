/// Where users and their settings are kept: the prototype of the platform's user service.
public protocol StateStore: Sendable {
    /// Returns the user, creating them at the first call; later calls keep the first display name.
    func getOrCreateUser(externalID: String, platform: String, displayName: String?) async throws -> User
    /// The settings of a user; those of an unknown user are the initial ones.
    func settings(of userID: String) async throws -> UserSettings
    /// Applies a change and stores it before it returns; throws `SettingsAction.Rejection` where it does not apply.
    func apply(_ action: SettingsAction, to userID: String) async throws -> UserSettings
}
