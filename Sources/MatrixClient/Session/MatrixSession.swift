package import Bridge
package import MatrixAPI

/// An account on a homeserver, as one of its devices.
package struct MatrixSession: Sendable {
    /// The homeserver, as the account.
    package let transport: MatrixTransport
    /// The account's Matrix id.
    package let userID: UserID
    /// The device that the token belongs to.
    package let deviceID: DeviceID
    /// The tokens that the session began with; a renewal replaces the transport's, and not these.
    package let tokens: SessionTokens

    /// The session of a token that is already there; the homeserver says whose it is.
    ///
    /// Throws `unknownToken` when the token is not good, and `rejected` when it belongs to no device.
    package init(_ homeserver: MatrixTransport, token: AccessToken) async throws(MatrixClientError) {
        try await self.init(homeserver, tokens: SessionTokens(token))
    }

    /// The session of tokens that are already there; the homeserver says whose they are.
    ///
    /// Throws `unknownToken` when the token is not good and there is no renewal, what the renewal throws, and `rejected`
    /// when the token belongs to no device.
    ///
    /// - Parameter renewal: Gets new tokens of the same account and device.
    package init(
        _ homeserver: MatrixTransport,
        tokens: SessionTokens,
        renewal: Credential.Renewal? = nil
    ) async throws(MatrixClientError) {
        let transport = homeserver.authorized(Credential(tokens, renewal: renewal))
        let whoami = try await transport.execute(WhoAmI())
        guard let deviceID = whoami.deviceID else {
            throw MatrixClientError(
                .rejected,
                "the access token of \(whoami.userID) belongs to no device, so sends could not be repeated safely; "
                    + "use a password, or the token of a login"
            )
        }
        self.init(transport: transport, userID: whoami.userID, deviceID: deviceID, tokens: tokens)
    }

    /// Logs in with a password; throws `rejected` when it is wrong or the homeserver takes none.
    ///
    /// - Parameters:
    ///   - deviceID: The device of an earlier login, which is kept then; sends repeated across logins rely on it.
    ///   - deviceName: What the device is called where the user looks at their devices.
    ///   - isRefreshable: Whether the session is to be one whose tokens are renewed from time to time; who asks for that
    ///     has to keep what the renewal needs.
    ///   - clock: What the end of the access token is reckoned by.
    package init(
        _ homeserver: MatrixTransport,
        user: UserID,
        password: String,
        deviceID: DeviceID?,
        deviceName: String,
        isRefreshable: Bool = false,
        clock: BridgeClock = BridgeClock()
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
        let asked = clock.milliseconds
        let login = try await Self.logIn(
            homeserver,
            LoginPassword(
                user: user.rawValue,
                password: password,
                deviceID: deviceID,
                initialDeviceDisplayName: deviceName,
                asksForRefreshToken: isRefreshable
            )
        )
        let tokens = SessionTokens(
            AccessToken(login.accessToken),
            refreshToken: login.refreshToken,
            expiresAt: login.expiresInMS.map { asked.end(after: $0) }
        )
        self.init(
            transport: homeserver.authorized(Credential(tokens)),
            userID: login.userID,
            deviceID: login.deviceID,
            tokens: tokens
        )
    }

    /// The same session, whose tokens are renewed.
    ///
    /// - Parameter renewal: Gets new tokens of the same account and device.
    package func renewed(by renewal: @escaping Credential.Renewal) -> MatrixSession {
        MatrixSession(
            transport: transport.authorized(Credential(tokens, renewal: renewal)),
            userID: userID,
            deviceID: deviceID,
            tokens: tokens
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

    private init(transport: MatrixTransport, userID: UserID, deviceID: DeviceID, tokens: SessionTokens) {
        self.transport = transport
        self.userID = userID
        self.deviceID = deviceID
        self.tokens = tokens
    }
}
