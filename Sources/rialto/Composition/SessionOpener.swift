import HTTP
import Logging
import MatrixAPI
import MatrixClient
import SQLiteStore

/// Comes to a session from what the configuration gives: an access token, a stored session, or a password.
///
/// A login keeps the device of the stored session, unless that was ended: repeated sends are recognized by the device and
/// the transaction id.
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
                return try await session(on: homeserver, token: AccessToken(token.reveal()))
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
        var formerDevice = stored?.deviceID
        if let stored {
            do {
                return try await session(on: homeserver, token: AccessToken(stored.accessToken))
            } catch let error as MatrixClientError where error.code == .unknownToken {
                guard password != nil else {
                    throw CommandFailure(
                        "the homeserver does not accept the stored session of \(userID) any more; run `rialto login`"
                    )
                }
                // A device that was logged out has lost its transaction ids: as another one the outbox looks for what
                // may have arrived before it repeats it.
                if !error.softLogout { formerDevice = nil }
                logger.notice("the stored session is not valid any more; logging in again")
            }
        }
        guard let password else { throw Self.missingCredentials }
        return try await login(homeserver, address, userID, password: password, deviceID: formerDevice)
    }

    /// Logs in with a password, and keeps the session.
    func login(password: Secret) async throws -> MatrixSession {
        let address = try requiredHomeserver()
        let userID = try requiredUserID()
        let stored = try await sessions.session(homeserver: address.text, userID: userID)
        let homeserver = try await HomeserverDiscovery(http: http).homeserver(address.text)
        return try await login(homeserver, address, userID, password: password, deviceID: stored?.deviceID)
    }

    /// The same session, which logs in again when its token is not good any more; without a password it stays as it is.
    ///
    /// The new login keeps the device, and so what the homeserver knows of sends that are under way.
    func renewable(_ session: MatrixSession) throws(ConfigurationError) -> MatrixSession {
        guard try secret(configuration.matrixPassword) != nil, try secret(configuration.matrixAccessToken) == nil else {
            return session
        }
        return session.renewed { () throws(MatrixClientError) -> AccessToken in
            logger.notice(
                "the session is not valid any more; logging in again", metadata: ["user": "\(session.userID)"])
            do {
                return try await newToken(for: session)
            } catch let error as MatrixClientError where error.isRetryable || error.code == .cancelled {
                throw error
            } catch {
                throw MatrixClientError(.unknownToken, "logging in again has failed: \(error)", cause: error)
            }
        }
    }

    /// Reads the password anew, as it may have been changed together with the end of the session.
    private func newToken(for session: MatrixSession) async throws -> AccessToken {
        guard let password = try secret(configuration.matrixPassword) else { throw Self.missingCredentials }
        let address = try requiredHomeserver()
        let homeserver = try await HomeserverDiscovery(http: http).homeserver(address.text)
        let renewed = try await login(
            homeserver, address, session.userID, password: password, deviceID: session.deviceID)
        guard renewed.userID == session.userID, renewed.deviceID == session.deviceID else {
            throw CommandFailure("the homeserver has given another account or device than \(session.userID) had")
        }
        return renewed.token
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

    private func session(on homeserver: MatrixTransport, token: AccessToken) async throws -> MatrixSession {
        let session = try await MatrixSession(homeserver, token: token)
        if let userID = configuration.matrix.userID, userID != session.userID {
            throw ConfigurationError(
                .missing,
                key: "matrix.user_id",
                "is \(userID), but the access token belongs to \(session.userID); change one of them"
            )
        }
        return session
    }

    private func login(
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
                deviceName: configuration.matrix.deviceName
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
                accessToken: session.token.secret
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
