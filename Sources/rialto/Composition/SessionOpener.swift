import HTTP
import Logging
import MatrixAPI
import MatrixClient
import SQLiteStore

/// Comes to a session from what the configuration gives: an access token, a stored session, or a password.
///
/// A login keeps the device of the stored session. A session that was stored renews itself: by its refresh token, and where
/// the homeserver does not take that, by the password.
struct SessionOpener: Sendable {
    private let configuration: Configuration
    private let http: any HTTPClient
    private let sessions: SessionStore
    private let logger: Logger

    /// Makes an opener; sessions that come from a password are kept in `sessions`.
    init(configuration: Configuration, http: any HTTPClient, sessions: SessionStore, logger: Logger) {
        self.configuration = configuration
        self.http = http
        self.sessions = sessions
        self.logger = logger
    }

    /// The session that the bridge works with.
    ///
    /// - Throws: `ConfigurationError` where something is missing, `MatrixClientError` where the homeserver fails or refuses.
    func open() async throws -> MatrixSession {
        let address = try requiredHomeserver()
        if let token = try secret(configuration.matrixAccessToken) {
            let homeserver = try await HomeserverDiscovery(http: http).homeserver(address.text)
            do {
                return try owned(try await MatrixSession(homeserver, token: AccessToken(token.reveal())))
            } catch let error as MatrixClientError where error.code == .unknownToken {
                throw CommandFailure(
                    "the homeserver does not accept the access token; replace it in matrix.access_token_file or "
                        + "MATRIX_ACCESS_TOKEN, or take it away and run `rialto login`"
                )
            }
        }
        let userID = try requiredUserID()
        let stored = try await sessions.session(homeserver: address.text, userID: userID)
        let password = try secret(configuration.matrixPassword)
        guard stored != nil || password != nil else { throw Self.missingCredentials }
        let homeserver = try await HomeserverDiscovery(http: http).homeserver(address.text)
        guard let stored else {
            guard let password else { throw Self.missingCredentials }
            let session = try await login(homeserver, address, userID, password: password, deviceID: nil)
            return session.renewed(by: renewer(of: session.deviceID, address, userID, homeserver).renew)
        }
        return try owned(
            try await MatrixSession(
                homeserver,
                tokens: stored.tokens,
                renewal: renewer(of: stored.deviceID, address, userID, homeserver).renew
            ))
    }

    /// Logs in with a password, and keeps the session.
    func login(password: Secret) async throws -> MatrixSession {
        let address = try requiredHomeserver()
        let userID = try requiredUserID()
        let stored = try await sessions.session(homeserver: address.text, userID: userID)
        let homeserver = try await HomeserverDiscovery(http: http).homeserver(address.text)
        return try await login(homeserver, address, userID, password: password, deviceID: stored?.deviceID)
    }

    /// A stored session as it stands: its tokens are refreshed where that is due, but nobody logs in.
    func session(_ stored: StoredSession, on homeserver: MatrixTransport) async throws -> MatrixSession {
        let renewer = renewer(of: stored.deviceID, try requiredHomeserver(), stored.userID, homeserver)
        let refresh: Credential.Renewal = { way, tokens throws(MatrixClientError) in
            guard way == .refresh else {
                throw MatrixClientError(.unknownToken, "the homeserver has ended the stored session")
            }
            return try await renewer.renew(way, tokens)
        }
        return try await MatrixSession(homeserver, tokens: stored.tokens, renewal: refresh)
    }

    /// The configured password; nil where there is none.
    func password() throws(ConfigurationError) -> Secret? {
        try secret(configuration.matrixPassword)
    }

    /// The configured homeserver.
    func requiredHomeserver() throws(ConfigurationError) -> HomeserverAddress {
        guard let address = configuration.matrix.homeserver else {
            throw ConfigurationError(
                .missing,
                key: "matrix.homeserver",
                "is needed; set it in the configuration file or as MATRIX_HOMESERVER"
            )
        }
        return address
    }

    /// The configured account.
    func requiredUserID() throws(ConfigurationError) -> UserID {
        guard let userID = configuration.matrix.userID else {
            throw ConfigurationError(
                .missing,
                key: "matrix.user_id",
                "is needed to log in with a password; set it in the configuration file or as MATRIX_USER_ID"
            )
        }
        return userID
    }

    /// What is said where nothing lets the program in.
    static let missingCredentials = ConfigurationError(
        .missing,
        key: "matrix",
        "there is no way to log in yet; run `rialto login`, or set matrix.password_file, matrix.access_token_file, "
            + "MATRIX_PASSWORD or MATRIX_ACCESS_TOKEN"
    )

    private func renewer(
        of deviceID: DeviceID,
        _ address: HomeserverAddress,
        _ userID: UserID,
        _ homeserver: MatrixTransport
    ) -> SessionRenewer {
        SessionRenewer(
            opener: self,
            homeserver: homeserver,
            address: address,
            userID: userID,
            deviceID: deviceID,
            sessions: sessions,
            logger: logger
        )
    }

    /// The session, if it is of the account that is configured.
    private func owned(_ session: MatrixSession) throws -> MatrixSession {
        if let userID = configuration.matrix.userID, userID != session.userID {
            throw ConfigurationError(
                .missing,
                key: "matrix.user_id",
                "is \(userID), but the access token belongs to \(session.userID); change one of them"
            )
        }
        return session
    }

    /// Logs in on a device, and keeps the session.
    func login(
        _ homeserver: MatrixTransport,
        _ address: HomeserverAddress,
        _ userID: UserID,
        password: Secret,
        deviceID: DeviceID?
    ) async throws -> MatrixSession {
        let session: MatrixSession
        do {
            session = try await MatrixSession(
                homeserver,
                user: userID,
                password: password.reveal(),
                deviceID: deviceID,
                deviceName: configuration.matrix.deviceName,
                isRefreshable: true
            )
        } catch {
            guard error.errcode == .forbidden else { throw error }
            throw CommandFailure(
                "the homeserver refuses the password of \(userID); check matrix.user_id and the password that "
                    + "matrix.password_file or MATRIX_PASSWORD gives"
            )
        }
        try await sessions.saveSession(
            StoredSession(
                homeserver: address.text,
                userID: userID,
                deviceID: session.deviceID,
                tokens: session.tokens
            )
        )
        return session
    }

    private func secret(_ source: SecretSource) throws(ConfigurationError) -> Secret? {
        guard let found = try source.read() else { return nil }
        if let warning = found.warning { logger.warning("\(warning)") }
        return found.secret
    }
}
