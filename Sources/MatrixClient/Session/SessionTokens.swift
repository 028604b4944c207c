/// What the requests of a session are authorized with, and what renews it (client-server API, "Refreshing access
/// tokens"). No description, reflection or dump shows a token.
package struct SessionTokens: Hashable, Sendable {
    /// The token that requests carry.
    package var accessToken: AccessToken
    /// The secret that a renewal needs; nil where the access token is not to be renewed.
    package var refreshToken: String?
    /// When the access token ends, in milliseconds since 1970; nil where the homeserver has not said.
    package var expiresAt: Int64?

    /// Creates tokens; an access token alone lasts until the homeserver refuses it.
    package init(_ accessToken: AccessToken, refreshToken: String? = nil, expiresAt: Int64? = nil) {
        self.accessToken = accessToken
        self.refreshToken = refreshToken
        self.expiresAt = expiresAt
    }
}

extension SessionTokens: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "(tokens of a session)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// How a session came to new tokens.
package enum SessionRenewal: Hashable, Sendable {
    /// The session goes on: the homeserver still knows the transaction ids that its device has used.
    case refreshed(SessionTokens)
    /// Somebody has logged in again; what the homeserver knows of the device's transaction ids is uncertain.
    case loggedIn(SessionTokens)

    /// The new tokens.
    package var tokens: SessionTokens {
        switch self {
        case .refreshed(let tokens), .loggedIn(let tokens): tokens
        }
    }
}
