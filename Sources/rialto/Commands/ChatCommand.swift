import ArgumentParser
import Foundation
import HTTP
import Logging
import MatrixAPI
import MatrixClient

/// `rialto chat`: a terminal Matrix client.
struct ChatCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "chat",
        abstract: "Chats with the bot from the terminal, as somebody else's account.",
        discussion: """
            It logs in as a person, finds the direct room with the bot or makes one, and waits until the bot has \
            joined. \
            On a terminal a reply grows in place. The password comes from --password-file or MATRIX_PASSWORD, or is \
            asked for.

            With --script, or without a terminal, each line is played in turn and waits for the complete reply. \
            What can \
            be seen of it is printed as it changes, a line for each state: "> " what was sent, "~ " a reply that \
            grows, \
            "= " a complete message, "x " one that was removed.

            EXAMPLES
              rialto chat --homeserver http://127.0.0.1:8008 --user alice --with @rialto:localhost
              echo Hello | rialto chat --homeserver https://example.org --user alice --with @rialto:example.org \\
                --password-file password

            EXIT CODES
              0 all replies were complete, 1 a reply was missing or something failed, 64 wrong usage
            """
    )

    @Option(help: "The homeserver: a URL or a server name.")
    var homeserver: String

    @Option(help: "The account to chat as: a user id, or its first part on the bot's server.")
    var user: String

    @Option(help: ArgumentHelp("A file with the account's password.", valueName: "file"), completion: .file())
    var passwordFile: String?

    @Option(name: .customLong("with"), help: ArgumentHelp("The bot's user id.", valueName: "user-id"))
    var bot: String

    @Option(
        help: ArgumentHelp("A file with lines to play; - is standard input.", valueName: "file"), completion: .file())
    var script: String?

    @Option(help: ArgumentHelp("How long the bot may take to join and to complete a reply.", valueName: "seconds"))
    var timeout: Int = 60

    @Option(
        help: ArgumentHelp("Certificates (PEM) to trust instead of the system's.", valueName: "file"),
        completion: .file()
    )
    var caFile: String?

    func validate() throws {
        guard UserID(bot).isValid else { throw ValidationError("--with must be a user id such as @rialto:example.org") }
        guard (1...86_400).contains(timeout) else { throw ValidationError("--timeout must be between 1 and 86400") }
        guard (try? HomeserverAddress(text: homeserver, directory: "")) != nil else {
            throw ValidationError("--homeserver must be \(HomeserverAddress.allowed)")
        }
        guard !user.hasPrefix("@") || UserID(user).isValid else {
            throw ValidationError("--user must be a user id such as @alice:example.org, or its first part")
        }
    }

    /// The full id of the account to chat as.
    var userID: UserID {
        user.hasPrefix("@") ? UserID(user) : UserID("@\(user):\(UserID(bot).serverName ?? "")")
    }

    func run() async throws {
        try await CommandFailure.reporting {
            StandardStreams.ignoreBrokenPipes()
            let lines = try script.flatMap { $0 == "-" ? nil : $0 }.map(Self.lines)
            let password = try await password()
            let address = try HomeserverAddress(text: homeserver, directory: "")
            let logger = Logger(label: "rialto.chat") { _ in SwiftLogNoOpLogHandler() }
            let http = CurlHTTPClient.Configuration(certificateAuthorityFile: caFile)
            try await CurlHTTPClient.withClient(configuration: http, logger: logger) { http in
                let server = try await HomeserverDiscovery(http: http).homeserver(address.text)
                let session = try await MatrixSession(
                    server,
                    user: userID,
                    password: password.reveal(),
                    deviceID: nil,
                    deviceName: "rialto chat"
                )
                do {
                    try await chat(session, lines: lines)
                } catch {
                    await Self.end(session)
                    throw error
                }
                await Self.end(session)
            }
        }
    }

    private func chat(_ session: MatrixSession, lines: [String]?) async throws {
        let isInteractive = script == nil && StandardStreams.isInputTerminal && StandardStreams.isOutputTerminal
        let screen = ChatScreen(
            style: isInteractive ? .terminal(size: { StandardStreams.terminalSize }) : .lines,
            name: UserID(bot).localpart ?? bot,
            write: StandardStreams.writeOutput
        )
        let limit = Duration.seconds(timeout)
        screen.say("logged in as \(session.userID); waiting for \(bot)")
        let chat = try await ChatSession.open(
            homeserver: MatrixChatHomeserver(userID: session.userID, transport: session.transport),
            bot: UserID(bot),
            limit: limit
        )
        screen.say(isInteractive ? "\(bot) is here; write, or end with Ctrl-D" : "\(bot) is here")
        let conversation = ChatConversation(screen: screen, limit: limit, stopsAtMissingReply: !isInteractive)
        guard var rest = lines?[...] else { return try await conversation.play(chat) { await TerminalInput.line() } }
        try await conversation.play(chat) { rest.popFirst() }
    }

    private func password() async throws -> Secret {
        if let passwordFile {
            return try SecretSource.read(passwordFile, as: "--password-file", checksPermissions: false).secret
        }
        let environment = ProcessInfo.processInfo.environment
        if let password = environment["MATRIX_PASSWORD"], !password.isEmpty { return Secret(password) }
        if let typed = await TerminalInput.secret(prompt: "Password of \(user): ") { return typed }
        throw CommandFailure("there is no password for \(user); use --password-file or MATRIX_PASSWORD")
    }

    /// Logs out, so that each chat does not leave a device behind.
    private static func end(_ session: MatrixSession) async {
        _ = try? await session.transport.execute(Logout())
    }

    private static func lines(of path: String) throws -> [String] {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw ChatError(code: .script, message: "the script \(path) cannot be read as a text in UTF-8")
        }
        return text.split(separator: "\n").map(String.init)
    }
}
