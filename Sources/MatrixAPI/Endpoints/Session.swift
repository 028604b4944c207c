// Discovery, login and logout.

/// Finds the homeserver of a server name; ask the server name's own host, and follow redirects.
public struct WellKnownClient: MatrixEndpoint {
    /// Where the homeserver is.
    public struct Response: Decodable, Hashable, Sendable {
        /// The base URL of the client-server API, unchecked; a slash at its end is possible.
        public var baseURL: String

        /// Makes an answer.
        public init(baseURL: String) {
            self.baseURL = baseURL
        }

        /// Reads `m.homeserver`.
        public init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: AnyKey.self)
            let homeserver = try container.nestedContainer(keyedBy: AnyKey.self, forKey: AnyKey("m.homeserver"))
            baseURL = try homeserver.decode(String.self, forKey: AnyKey("base_url"))
        }
    }

    /// Makes a request.
    public init() {}

    /// GET.
    public var method: MatrixMethod { .get }
    /// The well-known path, the only one outside `/_matrix`.
    public var path: String { "/.well-known/matrix/client" }
    /// False.
    public var requiresAccessToken: Bool { false }
}

/// Asks which versions of the spec and which unstable features the server offers.
public struct Versions: MatrixEndpoint {
    /// What the server offers.
    public struct Response: Decodable, Hashable, Sendable {
        /// The versions, such as `v1.15`.
        public var versions: [String]

        /// Unstable features, and whether they are on.
        public var unstableFeatures: [String: Bool]

        /// Makes an answer.
        public init(versions: [String], unstableFeatures: [String: Bool] = [:]) {
            self.versions = versions
            self.unstableFeatures = unstableFeatures
        }

        /// Reads the versions, and those features that are Booleans.
        public init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: AnyKey.self)
            versions = try container.decode(LossyArray<String>.self, forKey: AnyKey("versions")).elements
            let features = try? container.decode(JSONValue.self, forKey: AnyKey("unstable_features"))
            unstableFeatures = features?.objectValue?.compactMapValues(\.boolValue) ?? [:]
        }
    }

    /// Makes a request.
    public init() {}

    /// GET.
    public var method: MatrixMethod { .get }
    /// The path.
    public var path: String { "/_matrix/client/versions" }
    /// False: the answer is public, and a bad token must not hide it.
    public var requiresAccessToken: Bool { false }
}

/// Asks how one can log in.
public struct LoginFlows: MatrixEndpoint {
    /// The ways to log in.
    public struct Response: Decodable, Hashable, Sendable {
        /// The types of the flows, such as `m.login.password`.
        public var types: [String]

        /// Makes an answer.
        public init(types: [String]) {
            self.types = types
        }

        /// Reads the type of each flow that has one.
        public init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: AnyKey.self)
            let flows = try container.decode(LossyArray<JSONValue>.self, forKey: AnyKey("flows"))
            types = flows.elements.compactMap { $0["type"]?.stringValue }
        }
    }

    /// Makes a request.
    public init() {}

    /// GET.
    public var method: MatrixMethod { .get }
    /// The path.
    public var path: String { "/_matrix/client/v3/login" }
    /// False.
    public var requiresAccessToken: Bool { false }
}

/// Logs in with a password. Its description shows no password.
public struct LoginPassword: MatrixEndpoint, CustomStringConvertible, CustomReflectable {
    /// A session. Its description shows no token.
    public struct Response: Decodable, Hashable, Sendable, CustomStringConvertible, CustomReflectable {
        /// The full id of the user.
        public var userID: UserID

        /// The token that authorises requests: a secret.
        public var accessToken: String

        /// The device that the token belongs to.
        public var deviceID: DeviceID

        /// What a renewal of the access token needs: a secret; nil where the token is not to be renewed.
        public var refreshToken: String?

        /// How long the access token is good, in milliseconds; nil where the server does not say.
        public var expiresInMS: Int64?

        /// Makes an answer.
        public init(
            userID: UserID,
            accessToken: String,
            deviceID: DeviceID,
            refreshToken: String? = nil,
            expiresInMS: Int64? = nil
        ) {
            self.userID = userID
            self.accessToken = accessToken
            self.deviceID = deviceID
            self.refreshToken = refreshToken
            self.expiresInMS = expiresInMS
        }

        /// Reads a session; what a renewal needs may be left out.
        public init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: AnyKey.self)
            userID = try container.decode(UserID.self, forKey: AnyKey("user_id"))
            accessToken = try container.decode(String.self, forKey: AnyKey("access_token"))
            deviceID = try container.decode(DeviceID.self, forKey: AnyKey("device_id"))
            (refreshToken, expiresInMS) = container.renewal
        }

        /// User and device.
        public var description: String { "session of \(userID) on device \(deviceID)" }

        /// User and device, so that a dump shows no more than the description.
        public var customMirror: Mirror { Mirror(self, children: ["userID": userID, "deviceID": deviceID]) }
    }

    /// The user, as the localpart or the full id.
    public var user: String

    /// The password: a secret.
    public var password: String

    /// The device to log in again on; nil makes a new one.
    public var deviceID: DeviceID?

    /// The name of a new device.
    public var initialDeviceDisplayName: String?

    /// Whether the session can be renewed (client-server API, "Refreshing access tokens"); the server may decline.
    public var asksForRefreshToken: Bool

    /// Makes a request.
    public init(
        user: String,
        password: String,
        deviceID: DeviceID? = nil,
        initialDeviceDisplayName: String? = nil,
        asksForRefreshToken: Bool = false
    ) {
        self.user = user
        self.password = password
        self.deviceID = deviceID
        self.initialDeviceDisplayName = initialDeviceDisplayName
        self.asksForRefreshToken = asksForRefreshToken
    }

    /// POST.
    public var method: MatrixMethod { .post }
    /// The path.
    public var path: String { "/_matrix/client/v3/login" }
    /// False.
    public var requiresAccessToken: Bool { false }
    /// User, password and device.
    public var body: JSONValue? {
        var members: [String: JSONValue] = [
            "type": "m.login.password",
            "identifier": ["type": "m.id.user", "user": .string(user)],
            "password": .string(password),
        ]
        members["device_id"] = deviceID.map { .string($0.rawValue) }
        members["initial_device_display_name"] = initialDeviceDisplayName.map { .string($0) }
        if asksForRefreshToken { members["refresh_token"] = true }
        return .object(members)
    }

    /// The user alone.
    public var description: String { "password login of \(user)" }

    /// The user alone, so that a dump shows no more than the description.
    public var customMirror: Mirror { Mirror(self, children: ["user": user]) }
}

/// Ends the session of the access token and deletes its device.
public struct Logout: MatrixEndpoint {
    /// Nothing of interest.
    public typealias Response = EmptyResponse

    /// Makes a request.
    public init() {}

    /// POST.
    public var method: MatrixMethod { .post }
    /// The path.
    public var path: String { "/_matrix/client/v3/logout" }
    /// An empty object.
    public var body: JSONValue? { [:] }
}

/// Asks whom the access token belongs to.
public struct WhoAmI: MatrixEndpoint {
    /// The owner of the token.
    public struct Response: Decodable, Hashable, Sendable {
        /// The user.
        public var userID: UserID

        /// The device; an application service's token has none.
        public var deviceID: DeviceID?

        /// Makes an answer.
        public init(userID: UserID, deviceID: DeviceID? = nil) {
            self.userID = userID
            self.deviceID = deviceID
        }

        private enum CodingKeys: String, CodingKey {
            case userID = "user_id"
            case deviceID = "device_id"
        }
    }

    /// Makes a request.
    public init() {}

    /// GET.
    public var method: MatrixMethod { .get }
    /// The path.
    public var path: String { "/_matrix/client/v3/account/whoami" }
}
