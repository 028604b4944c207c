import AgentRuntime
import AgentSocket
import Foundation
import HTTP
import Logging
import MatrixAPI
import MatrixClient
import PlatformSDK
import SQLiteStore

/// One thing that was checked.
struct Finding: Equatable, Sendable {
    /// How it stands.
    enum State: String, Sendable {
        /// It works.
        case ok
        /// It works, but should be looked at.
        case warning
        /// It does not work.
        case error
    }

    /// How it stands.
    let state: State
    /// What was checked.
    let subject: String
    /// What was found, and what to do about it.
    let message: String

    /// Makes a finding.
    init(_ state: State, _ subject: String, _ message: String) {
        self.state = state
        self.subject = subject
        self.message = message
    }

    /// The finding as a line.
    func line(colored: Bool) -> String {
        let mark = state.rawValue.padding(toLength: 7, withPad: " ", startingAt: 0)
        let color = state == .ok ? "32" : state == .warning ? "33" : "31"
        let text = "\(subject): \(ControlCharacters.escaped(message))\n"
        return colored ? "\u{1B}[\(color)m\(mark)\u{1B}[0m  \(text)" : "\(mark)  \(text)"
    }
}

/// Checks a configuration and every connection that it describes, one after the other.
struct Inspection: Sendable {
    let configuration: Configuration
    private let logger: Logger
    private let limit: Duration

    /// Makes an inspection; `limit` is how long the agent may take to say that it is there.
    init(configuration: Configuration, logger: Logger, limit: Duration = .seconds(5)) {
        self.configuration = configuration
        self.logger = logger
        self.limit = limit
    }

    /// Makes all checks; returns whether there were errors.
    func run(_ report: (Finding) -> Void) async -> Bool {
        var hasErrors = false
        func tell(_ finding: Finding) {
            if finding.state == .error { hasErrors = true }
            report(finding)
        }
        tell(Finding(.ok, "configuration", configuration.file ?? "no file; the environment and defaults"))
        settings.forEach(tell)
        tell(budget)
        let (database, store) = await openStore()
        tell(store)
        for finding in await account(database) { tell(finding) }
        tell(await agent())
        try? await database?.close()
        return hasErrors
    }

    /// What can be said without any connection.
    var settings: [Finding] {
        var findings: [Finding] = []
        let allow = configuration.bridge.allow
        findings.append(
            allow.isEmpty
                ? Finding(
                    .warning,
                    "access",
                    "nobody may use the bot; set bridge.allow, for example to [\"@you:example.org\"]"
                )
                : Finding(.ok, "access", "the bot may be used by \(allow.map(\.pattern).joined(separator: ", "))")
        )
        if configuration.bridge.invites == [], !allow.isEmpty {
            findings.append(Finding(.warning, "invites", "nobody can invite the bot; bridge.invites is empty"))
        }
        let (skills, faults) = AgentRuntimeComposition.skills(configuration, logger: logger).read()
        if !skills.isEmpty {
            findings.append(Finding(.ok, "skills", skills.map(\.name).joined(separator: ", ")))
        }
        findings += faults.map { Finding(.error, "skills", "\($0)") }
        findings += models
        for source in [
            configuration.matrixPassword, configuration.matrixAccessToken, configuration.providerKey,
            configuration.agentToken,
        ] {
            do {
                if let warning = try source.read()?.warning { findings.append(Finding(.warning, source.name, warning)) }
            } catch {
                findings.append(Finding(.error, source.name, error.description))
            }
        }
        return findings
    }

    /// What the account is assumed to be allowed to send, and what to do about it.
    var budget: Finding {
        let (rate, burst) = (configuration.bridge.editsPerSecond, configuration.bridge.editBurst)
        let start =
            "starts at \(rate) messages and edits a second, \(burst) at once, and follows what the homeserver takes"
        let advice =
            "raise the account's limit (Synapse: override_ratelimit, see docs/operations.md) for smoother answers"
        return Finding(.ok, "budget", rate < 1 ? "\(start); \(advice)" : start)
    }

    private func openStore() async -> (BridgeDatabase?, Finding) {
        let directory = configuration.store.directory.path
        do {
            let database = try await BridgeDatabase.open(in: URL(fileURLWithPath: directory, isDirectory: true))
            guard FileManager.default.isWritableFile(atPath: directory) else {
                return (database, Finding(.error, "store", "\(directory) cannot be written; check its permissions"))
            }
            return (database, Finding(.ok, "store", "\(database.path) is open and can be written"))
        } catch {
            return (nil, Finding(.error, "store", "\(error)"))
        }
    }

    private func account(_ database: BridgeDatabase?) async -> [Finding] {
        guard let address = configuration.matrix.homeserver else {
            return [Finding(.error, "homeserver", "is not set; set matrix.homeserver or MATRIX_HOMESERVER")]
        }
        let options = CurlHTTPClient.Configuration(certificateAuthorityFile: configuration.matrix.caFile?.path)
        do {
            return try await CurlHTTPClient.withClient(configuration: options, logger: logger) { http in
                let homeserver: MatrixTransport
                do {
                    homeserver = try await HomeserverDiscovery(http: http).homeserver(address.text)
                } catch {
                    return [Finding(.error, "homeserver", "\(error); check matrix.homeserver")]
                }
                let reached = Finding(.ok, "homeserver", "\(homeserver.baseURL) answers")
                return [reached, await credentials(homeserver, http, address, database)]
            }
        } catch {
            return [Finding(.error, "homeserver", "\(error)")]
        }
    }

    /// Whether the token or the stored session is good; a password alone is not tried, which would make a device.
    private func credentials(
        _ homeserver: MatrixTransport,
        _ http: any HTTPClient,
        _ address: HomeserverAddress,
        _ database: BridgeDatabase?
    ) async -> Finding {
        do {
            if let token = try configuration.matrixAccessToken.read() {
                let session = try await MatrixSession(homeserver, token: AccessToken(token.secret.reveal()))
                guard configuration.matrix.userID ?? session.userID == session.userID else {
                    return Finding(.error, "login", "the access token is of \(session.userID), not of matrix.user_id")
                }
                return Finding(.ok, "login", "the access token is of \(session.userID), device \(session.deviceID)")
            }
            guard let userID = configuration.matrix.userID else {
                return Finding(.error, "login", "set matrix.user_id, or give an access token")
            }
            let sessions = database.map { SessionStore(database: $0) }
            let stored = try await sessions?.session(homeserver: address.text, userID: userID)
            let hasPassword = try configuration.matrixPassword.read() != nil
            guard let sessions, let stored else {
                return hasPassword
                    ? Finding(.warning, "login", "there is a password but no session yet; run `rialto login` to try it")
                    : Finding(.error, "login", SessionOpener.missingCredentials.problems[0].message)
            }
            let session = try await SessionOpener(
                configuration: configuration, http: http, sessions: sessions, logger: logger
            ).session(stored, on: homeserver)
            return Finding(.ok, "login", "the stored session is of \(session.userID), device \(session.deviceID)")
        } catch let error as MatrixClientError where error.code == .unknownToken {
            return Finding(.error, "login", "\(error); run `rialto login`, or give another token")
        } catch {
            return Finding(.error, "login", "\(error)")
        }
    }

    private func agent() async -> Finding {
        switch configuration.platform.backend {
        case .mock: return Finding(.warning, "agent", "platform.backend is \"mock\": answers are made up")
        case .embedded: return embeddedAgent
        case .socket: return await agentConnection()
        }
    }

    /// What can be said of the agent in this process without asking its model anything.
    private var embeddedAgent: Finding {
        do {
            let kind = configuration.provider.kind
            guard kind != .echo else {
                return Finding(.warning, "agent", "provider.kind is \"echo\": answers repeat the question")
            }
            _ = try ProviderComposition.endpoint(configuration, key: configuration.providerKey.read()?.secret)
            return Finding(.ok, "agent", "thinks with \(configuration.provider.model ?? "") (\(kind.rawValue))")
        } catch {
            return Finding(.error, "agent", "\(error)")
        }
    }

    private func agentConnection() async -> Finding {
        let address = configuration.agent.url.text
        do {
            let connection = try PlatformComposition.connection(configuration, logger: logger)
            let status = try await withThrowingTaskGroup(of: AgentStatus?.self) { group in
                group.addTask {
                    try await connection.run()
                    return nil
                }
                group.addTask { try await Self.status(of: connection, within: limit) }
                defer { group.cancelAll() }
                return try await group.next() ?? nil
            }
            switch status {
            case .connected: return Finding(.ok, "agent", "\(address) answers\(await Self.offer(of: connection))")
            case .disconnected(let reason):
                return unreachable(reason.map { "cannot be reached: \($0)" } ?? "does not answer")
            case nil: return unreachable("does not answer")
            }
        } catch {
            return unreachable("cannot be reached: \(error)")
        }
    }

    private func unreachable(_ what: String) -> Finding {
        Finding(
            .error,
            "agent",
            "\(configuration.agent.url.text) \(what); start `rialto agent`, set agent.url, or use the backend \"mock\""
        )
    }

    private static func status(
        of connection: any AgentConnection,
        within limit: Duration,
        clock: ContinuousClock = ContinuousClock()
    ) async throws -> AgentStatus {
        let deadline = clock.now + limit
        while true {
            let status = await connection.status()
            if status == .connected || clock.now >= deadline { return status }
            try await clock.sleep(for: .milliseconds(50))
        }
    }
}
