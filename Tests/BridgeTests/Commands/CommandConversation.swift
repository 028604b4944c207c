import Bridge
import Foundation
import MatrixAPI
import PlatformSDK
import Testing

/// One person who types commands in one room, with a platform in memory; effects on the open question are kept.
final class CommandConversation {
    let platform: MockPlatformClient
    let library = InMemoryBridgeStore()
    let registry: CommandRegistry
    var room = BridgeRoom(roomID: "!room", membership: .joined, joinedMembers: 2)
    var status = BridgeStatus(
        version: "1.2.3",
        uptime: .seconds(93_700),
        rooms: 3,
        openTurnsInRoom: 0,
        openTurns: 0
    )
    var thread = ConversationThread(
        threadID: "thr-1",
        place: ThreadPlace(roomID: "!room", root: nil),
        startedAt: 1_769_861_100_000
    )
    var confirmation: Bridge.Confirmation?
    var now: Int64 = 1_770_000_000_000
    let sender: UserID = "@alice:example.org"

    private let user: User

    init(
        settings: UserSettings = .initial,
        status: AgentStatus = .connected,
        displayName: String? = "Alice",
        prefix: String = "!"
    ) async throws {
        platform = MockPlatformClient(
            behaviour: .init(status: status),
            store: InMemoryStateStore(
                initialSettings: settings,
                now: { Date(timeIntervalSince1970: 1_769_861_100) }
            )
        )
        registry = CommandRegistry(prefix: prefix)
        user = try await platform.getOrCreateUser(
            externalID: "@alice:example.org",
            platform: "matrix",
            displayName: displayName
        )
    }

    /// Types a command and returns what is answered.
    @discardableResult
    func type(_ body: String, from other: UserID? = nil) async throws -> CommandReply {
        let parsed = try #require(CommandParser(prefix: registry.prefix).parse(body))
        let command = try #require(registry.command(named: parsed.name))
        let reply = try await command.run(context(parsed.arguments, from: other))
        switch reply.effect {
        case .askConfirmation:
            confirmation = Bridge.Confirmation(userID: sender, place: thread.place, command: command.name, askedAt: now)
        case .askChoice(let options):
            confirmation = Bridge.Confirmation(
                userID: sender, place: thread.place, command: command.name, askedAt: now, options: options)
        case .closeConfirmation, .startThreadAndCloseConfirmation:
            confirmation = nil
        case .startThread, .stopTurns, .retry, nil:
            break
        }
        return reply
    }

    /// The user's settings as they now are.
    func settings() async throws -> UserSettings {
        try await platform.getSettings(userID: user.userID)
    }

    private func context(_ arguments: String, from other: UserID?) -> CommandContext {
        CommandContext(
            arguments: arguments,
            sender: other ?? sender,
            user: user,
            sourceEventID: "$event",
            room: room,
            thread: thread,
            confirmation: confirmation,
            library: library,
            platform: platform,
            status: status,
            commands: registry,
            now: now
        )
    }
}
