// The renewal of access tokens (client-server API, "Refreshing access tokens").

/// Gets a new access token for one that has ended or is about to. Its description shows no token.
public struct RefreshAccessToken: MatrixEndpoint, CustomStringConvertible, CustomReflectable {
    /// The new tokens of the same session. Its description shows none of them.
    public struct Response: Decodable, Hashable, Sendable, CustomStringConvertible, CustomReflectable {
        /// The token that authorises requests: a secret.
        public var accessToken: String

        /// What the next renewal needs: a secret; where there is none the former one stays good.
        public var refreshToken: String?

        /// How long the access token is good, in milliseconds; nil where the server does not say.
        public var expiresInMS: Int64?

        /// Makes an answer.
        public init(accessToken: String, refreshToken: String? = nil, expiresInMS: Int64? = nil) {
            self.accessToken = accessToken
            self.refreshToken = refreshToken
            self.expiresInMS = expiresInMS
        }

        /// Reads an answer; only the access token is indispensable.
        public init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: AnyKey.self)
            accessToken = try container.decode(String.self, forKey: AnyKey("access_token"))
            (refreshToken, expiresInMS) = container.renewal
        }

        /// Nothing that is secret.
        public var description: String { "renewed tokens" }

        /// Empty, so that a dump shows no more than the description.
        public var customMirror: Mirror { Mirror(self, children: []) }
    }

    /// What the login or the last renewal gave for this: a secret.
    public var refreshToken: String

    /// Makes a request.
    public init(refreshToken: String) {
        self.refreshToken = refreshToken
    }

    /// POST.
    public var method: MatrixMethod { .post }
    /// The path.
    public var path: String { "/_matrix/client/v3/refresh" }
    /// False: the access token may have ended.
    public var requiresAccessToken: Bool { false }
    /// The refresh token.
    public var body: JSONValue? { ["refresh_token": .string(refreshToken)] }

    /// Nothing that is secret.
    public var description: String { "renewal of an access token" }

    /// Empty, so that a dump shows no more than the description.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

extension KeyedDecodingContainer<AnyKey> {
    /// The refresh token and the lifetime of an answer that gives tokens; what is malformed counts as left out.
    var renewal: (refreshToken: String?, expiresInMS: Int64?) {
        let token = try? decode(String.self, forKey: AnyKey("refresh_token"))
        let lifetime = (try? decode(JSONValue.self, forKey: AnyKey("expires_in_ms")))?.intValue
        return (token.flatMap { $0.isEmpty ? nil : $0 }, lifetime.flatMap { $0 > 0 ? $0 : nil })
    }
}
