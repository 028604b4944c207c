/// A token that lets its holder act as the account; it shows itself nowhere but in the header of a request.
package struct AccessToken: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    /// The token itself; for the authorization header and the store only.
    package let secret: String

    /// Wraps a token.
    package init(_ secret: String) {
        self.secret = secret
    }

    package var description: String { "(access token)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
