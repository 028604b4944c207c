import ArgumentParser
import Foundation
import HTTP
import Logging
import MatrixAPI
import MatrixClient
import SQLiteStore

/// `rialto login`: gets a device and a token.
struct LoginCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "login",
        abstract: "Logs in with the account's password and keeps the session.",
        discussion: """
            The password comes from MATRIX_PASSWORD, from matrix.password_file, from a systemd credential, or is asked \
            for. The session is kept in store.directory; the token is never shown. To log in again keeps the \
            device, so \
            that messages which are under way are not sent twice.

            EXAMPLES
              rialto login
              rialto login --config /etc/rialto/config.toml

            EXIT CODES
              0 logged in, 1 failure, 2 wrong configuration, 64 wrong usage
            """
    )

    @OptionGroup var options: ConfigurationOptions

    func run() async throws {
        try await CommandFailure.reporting {
            let configuration = try options.load()
            ProcessLog.bootstrap(configuration.telemetry)
            StandardStreams.ignoreBrokenPipes()
            let logger = Logger(label: "rialto.login")
            let directory = URL(fileURLWithPath: configuration.store.directory.path, isDirectory: true)
            let http = CurlHTTPClient.Configuration(certificateAuthorityFile: configuration.matrix.caFile?.path)
            try await CurlHTTPClient.withClient(configuration: http, logger: logger) { http in
                let database = try await BridgeDatabase.open(in: directory)
                let opener = SessionOpener(
                    configuration: configuration,
                    http: http,
                    sessions: SessionStore(database: database),
                    logger: logger
                )
                let userID = try opener.requiredUserID()
                _ = try opener.requiredHomeserver()
                let password = try await Self.password(of: configuration, for: userID.rawValue)
                let session = try await opener.login(password: password)
                try await database.close()
                StandardStreams.writeOutput(
                    "Logged in as \(session.userID) on device \(session.deviceID); the session is kept in "
                        + "\(configuration.store.directory.path).\n"
                )
            }
        }
    }

    private static func password(of configuration: Configuration, for user: String) async throws -> Secret {
        if let found = try configuration.matrixPassword.read() {
            if let warning = found.warning { StandardStreams.writeError("rialto: warning: \(warning)\n") }
            return found.secret
        }
        if let typed = await TerminalInput.secret(prompt: "Password of \(user): ") { return typed }
        throw ConfigurationError(
            .missing,
            key: "matrix.password_file",
            "there is no password; set this key or MATRIX_PASSWORD, or run `rialto login` on a terminal"
        )
    }
}
