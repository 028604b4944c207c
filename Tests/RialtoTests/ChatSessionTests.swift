import MatrixAPI
import MatrixClient
import Synchronization
import Testing

@testable import rialto

/// A homeserver with one room, whose syncs are what a test puts in.
private final class ScriptedHomeserver: ChatHomeserver {
    struct State {
        var room: RoomID?
        var isJoined = true
        var created = 0
        var sent: [String] = []
        var sends: [TransactionID] = []
        var sendFailures: [MatrixClientError] = []
        var syncs = 0
        var answers: [String: [[RoomEvent]]] = [:]
        var queue: [[RoomEvent]] = []
        var typing: Set<UserID>?
    }

    let userID: UserID = "@alice:localhost"
    let state: Mutex<State>

    init(_ state: State = State(room: "!room:localhost")) {
        self.state = Mutex(state)
    }

    func directRoom(with other: UserID) async throws -> RoomID? { state.withLock { $0.room } }

    func createDirectRoom(with other: UserID) async throws -> RoomID {
        state.withLock {
            $0.created += 1
            $0.room = "!new:localhost"
            return "!new:localhost"
        }
    }

    func hasJoined(_ user: UserID, _ room: RoomID) async throws -> Bool { state.withLock { $0.isJoined } }

    func sync(since token: String?, room: RoomID, timeout: Duration) async throws -> ChatUpdate {
        let (number, events, typing) = state.withLock { state in
            state.syncs += 1
            return (state.syncs, state.queue.isEmpty ? nil : state.queue.removeFirst(), state.typing)
        }
        // Without news a homeserver holds the request; here until the test's deadline cancels it.
        if events == nil, timeout > .zero { try await Task.sleep(for: timeout) }
        return ChatUpdate(nextBatch: "s\(number)", events: events ?? [], typing: typing)
    }

    func send(_ text: String, to room: RoomID, transactionID: TransactionID) async throws -> EventID {
        try state.withLock { state in
            state.sends.append(transactionID)
            if !state.sendFailures.isEmpty { throw state.sendFailures.removeFirst() }
            state.sent.append(text)
            let question = EventID("$q\(state.sent.count)")
            let own = RoomEvent(
                eventID: question, type: "m.room.message", sender: userID, originServerTS: 1,
                content: OutgoingMessage(body: text).json)
            state.queue += [[own]] + (state.answers[text] ?? [])
            return question
        }
    }
}

@Suite("A chat with the bot")
struct ChatSessionTests {
    private static let bot: UserID = "@rialto:localhost"

    private func event(_ id: EventID, _ message: JSONValue, at time: Int64 = 1) -> RoomEvent {
        RoomEvent(eventID: id, type: "m.room.message", sender: Self.bot, originServerTS: time, content: message)
    }

    private var growing: [[RoomEvent]] {
        let draft = OutgoingMessage(msgtype: .notice, body: "Hel", isLive: true)
        let more = OutgoingMessage(msgtype: .notice, body: "Hello **th", isLive: true)
        let final = OutgoingMessage(body: "Hello **there**", extra: ["io.rialto.reply": ["tokens_used": 3]])
        return [
            [event("$a", draft.json)], [event("$e1", more.edit(of: "$a").json, at: 2)],
            [event("$e2", final.edit(of: "$a").json, at: 3)],
        ]
    }

    private final class Transcript: Sendable {
        private let text = Mutex("")
        var written: String { text.withLock { $0 } }
        func write(_ more: String) { text.withLock { $0 += more } }
    }

    private func play(
        _ lines: [String],
        on homeserver: ScriptedHomeserver,
        limit: Duration = .seconds(20),
        stops: Bool = true
    ) async throws -> String {
        let transcript = Transcript()
        let screen = ChatScreen(style: .lines, name: "rialto", write: transcript.write)
        let conversation = ChatConversation(screen: screen, limit: limit, stopsAtMissingReply: stops)
        let session = try await ChatSession.open(homeserver: homeserver, bot: Self.bot, limit: .seconds(20))
        var rest = lines[...]
        try await conversation.play(session) { rest.popFirst() }
        return transcript.written
    }

    @Test("each visible state of a reply is one line, and the next line waits for the complete reply")
    func playsLines() async throws {
        let homeserver = ScriptedHomeserver()
        let help = OutgoingMessage(msgtype: .notice, body: "one\ntwo")
        homeserver.state.withLock { $0.answers = ["Hi": growing, "!help": [[event("$b", help.json, at: 4)]]] }
        let transcript = try await play(["Hi", "", "!help"], on: homeserver)
        #expect(transcript == "> Hi\n~ Hel\n~ Hello **th\n= Hello **there**\n> !help\n= one\\ntwo\n")
        #expect(homeserver.state.withLock { $0.created } == 0)
    }

    @Test("a reply that is not complete in time is an error that names the line")
    func missingReply() async throws {
        let homeserver = ScriptedHomeserver()
        homeserver.state.withLock { $0.answers = ["Hi": Array(growing.prefix(2))] }
        let error = await #expect(throws: ChatError.self) {
            try await play(["Hi", "never sent"], on: homeserver, limit: .milliseconds(300))
        }
        #expect(error?.code == .noReply)
        #expect(error?.message == "no complete reply within 0 s to: Hi")
        #expect(homeserver.state.withLock { $0.sent } == ["Hi"])
    }

    @Test("on a terminal a missing reply is told, and the conversation goes on")
    func goesOn() async throws {
        let homeserver = ScriptedHomeserver()
        homeserver.state.withLock { $0.answers = ["again": growing] }
        let transcript = try await play(["Hi", "again"], on: homeserver, limit: .seconds(1), stops: false)
        #expect(transcript.contains("# no complete reply within 1 s; write on"))
        #expect(transcript.hasSuffix("= Hello **there**\n"))
    }

    @Test("a send that is limited is tried again under the same transaction id")
    func retriesSends() async throws {
        let homeserver = ScriptedHomeserver()
        homeserver.state.withLock {
            $0.answers = ["Hi": growing]
            $0.sendFailures = [
                MatrixClientError(.limited, "too fast", retryAfter: .milliseconds(1)),
                MatrixClientError(.limited, "too fast", retryAfter: .milliseconds(1)),
            ]
        }
        _ = try await play(["Hi"], on: homeserver)
        let sends = homeserver.state.withLock { $0.sends }
        #expect(sends.count == 3)
        #expect(Set(sends).count == 1)
    }

    @Test("a refused send ends the conversation")
    func refusedSend() async throws {
        let homeserver = ScriptedHomeserver()
        homeserver.state.withLock { $0.sendFailures = [MatrixClientError(.rejected, "not allowed")] }
        await #expect(throws: MatrixClientError.self) { try await play(["Hi"], on: homeserver) }
    }

    @Test("a room is made where there is none")
    func createsRoom() async throws {
        let homeserver = ScriptedHomeserver(.init())
        homeserver.state.withLock { $0.answers = ["Hi": growing] }
        _ = try await play(["Hi"], on: homeserver)
        #expect(homeserver.state.withLock { $0.created } == 1)
    }

    @Test("a bot that does not join is an error that says what to check")
    func neverJoins() async throws {
        let homeserver = ScriptedHomeserver(.init(room: "!room:localhost", isJoined: false))
        let error = await #expect(throws: ChatError.self) {
            try await ChatSession.open(homeserver: homeserver, bot: Self.bot, limit: .milliseconds(200))
        }
        #expect(error?.code == .notJoined)
        #expect(error?.message.contains("bridge.allow") == true)
    }

    @Test("on a terminal the growing reply is drawn in place")
    func drawsOnTerminal() async throws {
        let homeserver = ScriptedHomeserver()
        homeserver.state.withLock {
            $0.answers = ["Hi": growing]
            $0.typing = [Self.bot]
        }
        let transcript = Transcript()
        let screen = ChatScreen(
            style: .terminal(size: { (80, 24) }),
            name: "rialto",
            write: transcript.write
        )
        let session = try await ChatSession.open(homeserver: homeserver, bot: Self.bot, limit: .seconds(20))
        var rest = ["Hi"][...]
        try await ChatConversation(screen: screen, limit: .seconds(20), stopsAtMissingReply: true)
            .play(session) { rest.popFirst() }
        #expect(transcript.written.contains("rialto is typing"))
        #expect(transcript.written.contains("\u{1B}[2A\r\u{1B}[J"))
        // Nothing follows the complete reply but the next prompt.
        #expect(transcript.written.hasSuffix("Hello \u{1B}[1mthere\u{1B}[0m\r\n\u{1B}[1m> \u{1B}[0m"))
    }
}
