import Bridge
import HTTP
import Logging
import MatrixAPI
import MatrixClient
import SQLiteStore

/// Gets new tokens for a stored session, and stores them before anybody uses them.
///
/// The store comes first: where `rialto login` or another process has renewed the session, its tokens are taken. After a
/// crash between the renewal and the store the old refresh token is tried once more, which the specification lets be good
/// until a new token is used; where it is not, the password makes a login on the same device.
struct SessionRenewer: Sendable {
    /// How long the homeserver may be silent: a request waits for the renewal.
    private static let patience: Duration = .seconds(15)

    private let opener: SessionOpener
    private let homeserver: MatrixTransport
    private let address: HomeserverAddress
    private let userID: UserID
    private let deviceID: DeviceID
    private let sessions: SessionStore
    private let logger: Logger

    /// Makes a renewer of the session that an account has on one of its devices.
    init(
        opener: SessionOpener,
        homeserver: MatrixTransport,
        address: HomeserverAddress,
        userID: UserID,
        deviceID: DeviceID,
        sessions: SessionStore,
        logger: Logger
    ) {
        self.opener = opener
        self.homeserver = homeserver.waiting(Self.patience)
        self.address = address
        self.userID = userID
        self.deviceID = deviceID
        self.sessions = sessions
        self.logger = logger
    }

    /// Renews tokens, as a `Credential` asks for it.
    func renew(_ way: Credential.Way, _ tokens: SessionTokens) async throws(MatrixClientError) -> SessionRenewal {
        if let others = try await othersTokens(than: tokens) {
            logger.info("the session was renewed by somebody else", metadata: ["user": "\(userID)"])
            return .loggedIn(others)
        }
        switch way {
        case .refresh: return .refreshed(try await refreshed(tokens))
        case .login: return .loggedIn(try await loggedIn())
        }
    }

    private func othersTokens(than tokens: SessionTokens) async throws(MatrixClientError) -> SessionTokens? {
        let stored: StoredSession?
        do {
            stored = try await sessions.session(homeserver: address.text, userID: userID)
        } catch {
            throw Self.failure("read", error)
        }
        guard let stored, stored.deviceID == deviceID, stored.tokens.accessToken != tokens.accessToken else {
            return nil
        }
        return stored.tokens
    }

    private func refreshed(_ tokens: SessionTokens) async throws(MatrixClientError) -> SessionTokens {
        let renewed: SessionTokens
        do throws(MatrixClientError) {
            renewed = try await homeserver.refresh(tokens)
        } catch {
            logger.notice("the access token could not be refreshed", metadata: ["error": "\(error)"])
            throw error
        }
        do {
            try await sessions.saveSession(
                StoredSession(homeserver: address.text, userID: userID, deviceID: deviceID, tokens: renewed))
        } catch {
            throw Self.failure("stored", error)
        }
        logger.debug("the access token was refreshed", metadata: ["user": "\(userID)"])
        return renewed
    }

    /// Reads the password anew, as it may have been changed together with the end of the session.
    private func loggedIn() async throws(MatrixClientError) -> SessionTokens {
        logger.notice("the session is not valid any more; logging in again", metadata: ["user": "\(userID)"])
        do {
            guard let password = try opener.password() else {
                throw MatrixClientError(
                    .loggedOut,
                    "the homeserver has ended the session of \(userID), and there is no password to log in "
                        + "with again: set matrix.password_file or MATRIX_PASSWORD, or run `rialto login`"
                )
            }
            let renewed = try await opener.login(
                homeserver, address, userID, password: password, deviceID: deviceID)
            guard renewed.userID == userID, renewed.deviceID == deviceID else {
                throw CommandFailure("the homeserver has given another account or device than was asked for")
            }
            return renewed.tokens
        } catch let error as MatrixClientError {
            guard error.code == .rejected || error.code == .unknownToken else { throw error }
            throw Self.loggedOut(userID, because: error)
        } catch let error as StoreError {
            throw Self.failure("stored", error)
        } catch {
            throw Self.loggedOut(userID, because: error)
        }
    }

    private static func loggedOut(_ userID: UserID, because error: any Error) -> MatrixClientError {
        MatrixClientError(
            .loggedOut,
            "the homeserver has ended the session of \(userID), and logging in again has failed: \(error)",
            cause: error
        )
    }

    /// What the store cannot do now it may do later; until then no request can be made.
    private static func failure(_ what: String, _ error: any Error) -> MatrixClientError {
        error is CancellationError
            ? MatrixClientError(.cancelled, "the renewal of the session was cancelled")
            : MatrixClientError(.unreachable, "the session cannot be \(what): \(error)", cause: error)
    }
}

extension StoredSession {
    /// Its tokens, as requests use them.
    var tokens: SessionTokens {
        SessionTokens(AccessToken(accessToken), refreshToken: refreshToken, expiresAt: expiresAt)
    }

    /// Creates a session from its tokens.
    init(homeserver: String, userID: UserID, deviceID: DeviceID, tokens: SessionTokens) {
        self.init(
            homeserver: homeserver,
            userID: userID,
            deviceID: deviceID,
            accessToken: tokens.accessToken.secret,
            refreshToken: tokens.refreshToken,
            expiresAt: tokens.expiresAt
        )
    }
}
