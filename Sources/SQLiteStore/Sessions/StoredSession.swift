package import MatrixAPI

/// A login that outlives the process: the device whose transaction ids and token the bridge goes on using.
///
/// The tokens show in no description, reflection or dump.
package struct StoredSession: Hashable, Sendable {
    /// The homeserver's base URL, as it was configured.
    package var homeserver: String
    /// The account.
    package var userID: UserID
    /// The device that the login made.
    package var deviceID: DeviceID
    /// The secret that requests are authorized with.
    package var accessToken: String
    /// The secret that a renewal of the access token needs; nil where it is not to be renewed.
    package var refreshToken: String?
    /// When the access token ends, in milliseconds since 1970; nil where the homeserver has not said.
    package var expiresAt: Int64?

    /// Creates a session.
    package init(
        homeserver: String,
        userID: UserID,
        deviceID: DeviceID,
        accessToken: String,
        refreshToken: String? = nil,
        expiresAt: Int64? = nil
    ) {
        self.homeserver = homeserver
        self.userID = userID
        self.deviceID = deviceID
        self.accessToken = accessToken
        self.refreshToken = refreshToken
        self.expiresAt = expiresAt
    }
}

extension StoredSession: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Who is logged in where; without the tokens.
    package var description: String { "session of \(userID) on \(homeserver), device \(deviceID)" }

    /// The same as `description`.
    package var debugDescription: String { description }

    /// The members without the tokens.
    package var customMirror: Mirror {
        Mirror(
            self,
            children: ["homeserver": homeserver, "userID": userID.rawValue, "deviceID": deviceID.rawValue],
            displayStyle: .struct)
    }
}
