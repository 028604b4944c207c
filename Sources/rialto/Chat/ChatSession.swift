import Foundation
import MatrixAPI
import MatrixClient

/// A person's conversation with the bot: sends a line, and follows the reply until it is complete.
struct ChatSession: Sendable {
    /// What the person sees.
    private(set) var view = ConversationView()
    /// Whether the bot is typing.
    private(set) var isBotTyping = false

    private let homeserver: any ChatHomeserver
    private let bot: UserID
    private let room: RoomID
    private let clock: any Clock<Duration>
    private var token: String?

    private init(homeserver: any ChatHomeserver, bot: UserID, room: RoomID, clock: any Clock<Duration>) {
        self.homeserver = homeserver
        self.bot = bot
        self.room = room
        self.clock = clock
    }

    /// Finds or makes the direct room with the bot, and waits until the bot has joined.
    ///
    /// - Throws: `ChatError` with the code `notJoined` once `limit` is over.
    static func open(
        homeserver: any ChatHomeserver,
        bot: UserID,
        limit: Duration,
        clock: any Clock<Duration> = ContinuousClock()
    ) async throws -> ChatSession {
        var room = try await homeserver.directRoom(with: bot)
        if room == nil { room = try await homeserver.createDirectRoom(with: bot) }
        guard let room else { throw Self.notJoined(bot, limit) }
        var session = ChatSession(homeserver: homeserver, bot: bot, room: room, clock: clock)
        let isInTime = try await withDeadline(limit, clock: clock) { [session] in
            var waiting = session
            _ = try await waiting.poll(timeout: .zero)
            while try await !homeserver.hasJoined(bot, room) {
                _ = try await waiting.poll(timeout: .seconds(2))
                // A server that answers at once would otherwise be asked without pause.
                try await clock.sleep(for: .milliseconds(100))
            }
            return waiting
        }
        guard let joined = isInTime else { throw Self.notJoined(bot, limit) }
        session = joined
        return session
    }

    /// Sends a line and follows what comes; returns the id of the line's event and whether the reply is complete.
    ///
    /// - Parameter onChange: Called after each change that can be seen, with the replies to the line so far.
    mutating func ask(
        _ text: String,
        limit: Duration,
        onChange: @escaping @Sendable ([ConversationView.Message], _ isTyping: Bool) -> Void
    ) async throws -> Bool {
        let state = self
        let transactionID = TransactionID("rialto-chat-\(UUID().uuidString)")
        let progress = Latest(state)
        let answered = try await withDeadline(limit, clock: clock) { [homeserver, room, bot] in
            var session = state
            let question = try await session.retrying {
                try await homeserver.send(text, to: room, transactionID: transactionID)
            }
            var shown: [ConversationView.Message] = []
            var wasTyping = false
            while true {
                let isChanged = try await session.poll(timeout: .seconds(30))
                progress.set(session)
                let replies = session.view.replies(to: question, from: bot)
                let isAnswered = session.view.isAnswered(question, by: bot)
                // Typing ends a moment after the answer that it announced.
                let isTyping = session.isBotTyping && !isAnswered
                if isChanged, replies != shown || isTyping != wasTyping {
                    shown = replies
                    wasTyping = isTyping
                    onChange(replies, isTyping)
                }
                if isAnswered { return true }
            }
        }
        self = progress.value
        return answered ?? false
    }

    /// Waits for what is new; returns whether anything that can be seen has changed.
    private mutating func poll(timeout: Duration) async throws -> Bool {
        let (since, homeserver, room) = (token, homeserver, room)
        let update = try await retrying { try await homeserver.sync(since: since, room: room, timeout: timeout) }
        token = update.nextBatch
        var isChanged = false
        for event in update.events where view.apply(event) != nil { isChanged = true }
        if let typing = update.typing, typing.contains(bot) != isBotTyping {
            isBotTyping.toggle()
            isChanged = true
        }
        return isChanged
    }

    /// Tries again what failed for a reason that passes, until the task is cancelled.
    private func retrying<Result: Sendable>(_ request: () async throws -> Result) async throws -> Result {
        while true {
            do {
                return try await request()
            } catch let error as MatrixClientError where error.isRetryable {
                try await clock.sleep(for: error.retryAfter ?? .seconds(1))
            }
        }
    }

    private static func notJoined(_ bot: UserID, _ limit: Duration) -> ChatError {
        ChatError(
            code: .notJoined,
            message:
                "\(bot) has not joined the room within \(limit.seconds) s; check that `rialto run` is up, and that "
                + "bridge.allow and bridge.invites let you in"
        )
    }
}

extension Duration {
    /// The whole seconds, for messages.
    var seconds: Int64 { components.seconds }
}
