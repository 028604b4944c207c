package import MatrixAPI

/// An account on a homeserver, as one of its devices.
package struct MatrixSession: Sendable {
    /// The homeserver, as the account.
    package let transport: MatrixTransport
    /// The account's Matrix id.
    package let userID: UserID
    /// The device that the token belongs to.
    package let deviceID: DeviceID
    /// The token that the session began with; a renewal replaces the transport's, and not this one.
    package let token: AccessToken

    /// The session of a token that is already there; the homeserver says whose it is.
    ///
    /// Throws `unknownToken` when the token is not good, and `rejected` when it belongs to no device.
    package init(_ homeserver: MatrixTransport, token: AccessToken) async throws(MatrixClientError) {
        let transport = homeserver.authorized(Credential(token))
        let whoami = try await transport.execute(WhoAmI())
        guard let deviceID = whoami.deviceID else {
            throw MatrixClientError(
                .rejected,
                "the access token of \(whoami.userID) belongs to no device, so sends could not be repeated safely; "
                    + "use a password, or the token of a login"
            )
        }
        self.init(transport: transport, userID: whoami.userID, deviceID: deviceID, token: token)
    }

    /// Logs in with a password; throws `rejected` when it is wrong or the homeserver takes none.
    ///
    /// - Parameters:
    ///   - deviceID: The device of an earlier login, which is kept then; sends repeated across logins rely on it.
    ///   - deviceName: What the device is called where the user looks at their devices.
    package init(
        _ homeserver: MatrixTransport,
        user: UserID,
        password: String,
        deviceID: DeviceID?,
        deviceName: String
    ) async throws(MatrixClientError) {
        let flows = try await homeserver.execute(LoginFlows()).types
        guard flows.contains("m.login.password") else {
            let others = flows.prefix(10).map { ServerWords.tidy($0, limit: 60) }.joined(separator: ", ")
            throw MatrixClientError(
                .rejected,
                "\(homeserver.baseURL) offers no login by password (but \(others.isEmpty ? "nothing" : others)); "
                    + "set an access token instead"
            )
        }
        let login = try await Self.logIn(
            homeserver,
            LoginPassword(
                user: user.rawValue,
                password: password,
                deviceID: deviceID,
                initialDeviceDisplayName: deviceName
            )
        )
        let token = AccessToken(login.accessToken)
        self.init(
            transport: homeserver.authorized(Credential(token)),
            userID: login.userID,
            deviceID: login.deviceID,
            token: token
        )
    }

    /// The same session, whose requests get a new token once the homeserver does not know theirs any more.
    ///
    /// - Parameter renewal: Gets a new token of the same account and device.
    package func renewed(by renewal: @escaping Credential.Renewal) -> MatrixSession {
        MatrixSession(
            transport: transport.authorized(Credential(token, renewal: renewal)),
            userID: userID,
            deviceID: deviceID,
            token: token
        )
    }

    private static func logIn(
        _ homeserver: MatrixTransport,
        _ login: LoginPassword
    ) async throws(MatrixClientError) -> LoginPassword.Response {
        do {
            return try await homeserver.execute(login)
        } catch {
            guard error.errcode == .forbidden else { throw error }
            throw MatrixClientError(
                .rejected,
                "\(homeserver.baseURL) does not accept the user \(login.user) with this password; check matrix.user_id "
                    + "and the password",
                status: error.status,
                errcode: error.errcode,
                cause: error
            )
        }
    }

    private init(transport: MatrixTransport, userID: UserID, deviceID: DeviceID, token: AccessToken) {
        self.transport = transport
        self.userID = userID
        self.deviceID = deviceID
        self.token = token
    }
}
