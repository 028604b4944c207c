package import Bridge
import Logging
package import MatrixAPI
package import PlatformSDK

/// A whole bridge in one process: a homeserver in memory, an agent of the test's choice, and a store.
package struct BridgeScenario: Sendable {
    /// The homeserver that the bridge talks to.
    package let homeserver: FakeHomeserver
    /// The bridge's store.
    package let store: any BridgeStore

    private let intake: SyncIntake
    private let factory: SyncFactory

    /// Runs a bridge for the length of the closure, then ends it as a crash would: by cancelling it.
    package static func run<R: Sendable>(
        platform: any PlatformClient,
        attachments: (any AttachmentSource)? = nil,
        shelf: (any FileShelf)? = nil,
        homeserver: FakeHomeserver = FakeHomeserver(),
        store: any BridgeStore = InMemoryBridgeStore(),
        configuration: BridgeConfiguration = .forTests(),
        factory: SyncFactory = SyncFactory(),
        clock: BridgeClock = BridgeClock(),
        notices: any Notices = EnglishNotices(),
        _ body: (BridgeScenario) async throws -> R
    ) async throws -> R {
        let service = BridgeService(
            configuration: configuration,
            homeserver: homeserver,
            store: store,
            platform: platform,
            attachments: attachments,
            shelf: shelf,
            markdown: PlainMarkdown(),
            notices: notices,
            clock: clock,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        try await service.prepare()
        let scenario = BridgeScenario(homeserver: homeserver, store: store, intake: service.intake, factory: factory)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await service.run() }
            let result = try await body(scenario)
            group.cancelAll()
            return result
        }
    }

    /// Puts the bot into a room with this many members.
    package func join(_ roomID: RoomID, members: Int = 2, state: [JSONValue] = []) async throws {
        let own = SyncFactory.member(homeserver.userID, "join", eventID: "$join-\(roomID)")
        let room = SyncFactory.joined(timeline: [own], state: state, members: members)
        try await sync(join: [roomID.rawValue: room])
    }

    /// Lets events arrive in a room, in one sync response.
    package func arrive(_ events: [JSONValue], in roomID: RoomID) async throws {
        try await sync(join: [roomID.rawValue: SyncFactory.joined(timeline: events)])
    }

    /// Lets a person say something.
    package func say(
        _ body: String,
        from sender: UserID = "@alice:example.org",
        in roomID: RoomID,
        as eventID: String,
        content: [String: JSONValue] = [:]
    ) async throws {
        try await arrive([SyncFactory.message(eventID, from: sender, body, content: content)], in: roomID)
    }

    /// Hands the bridge a sync response.
    package func sync(
        join: [String: JSONValue] = [:],
        invite: [String: JSONValue] = [:],
        leave: [String: JSONValue] = [:]
    ) async throws {
        // The first response of all is history, so there is always one before the test's own.
        let since = try await intake.syncToken()
        if since == nil { try await intake.consume(factory.response(), since: nil) }
        try await intake.consume(factory.response(join: join, invite: invite, leave: leave), since: since ?? "batch-1")
    }

    /// Hands the bridge a response that answers no position, as after the homeserver has lost it.
    package func beginAnew(join: [String: JSONValue] = [:]) async throws {
        try await intake.consume(factory.response(join: join), since: nil)
    }

    /// Waits until a room shows this many finished messages and returns all that it shows.
    package func finished(_ count: Int, in roomID: RoomID) async throws -> [FakeHomeserver.Message] {
        try await eventually("\(count) finished replies in \(roomID)") {
            homeserver.messages(in: roomID).count(where: \.isFinal) >= count
        }
        return homeserver.messages(in: roomID)
    }

    /// Waits until a room shows a notice of the bot with these words and returns it.
    package func notice(containing words: String, in roomID: RoomID) async throws -> FakeHomeserver.Message {
        try await eventualValue("a notice with \"\(words)\" in \(roomID)") {
            homeserver.messages(in: roomID).first {
                $0.content["msgtype"]?.stringValue == "m.notice" && $0.body.contains(words)
            }
        }
    }
}

extension BridgeConfiguration {
    /// Everybody at example.org may use the bot, and edits follow each other fast.
    package static func forTests(
        budget: SendBudget = SendBudget(burst: 1_000, rate: 1_000),
        editPolicy: EditPolicy = EditPolicy(draftDelay: .zero, interval: .milliseconds(2)),
        drainLimit: Duration = .seconds(5),
        mergeWindow: Duration? = nil
    ) -> BridgeConfiguration {
        let everybody = [UserIDGlob("@*:example.org")]
        return BridgeConfiguration(
            allowed: everybody,
            invites: everybody,
            welcomes: false,
            offersCommands: false,
            editPolicy: editPolicy,
            budget: budget,
            drainLimit: drainLimit,
            mergeWindow: mergeWindow,
            version: "0.0.0-test"
        )
    }
}

/// Markdown that stays as it is.
private struct PlainMarkdown: MarkdownRenderer {
    func html(from markdown: String) -> String? { nil }
}
