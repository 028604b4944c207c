import MatrixAPI

/// What a person replied to, or opened a thread below, fetched for the agent, which sees only what it is told.
struct QuotedMessage: Sendable {
    /// The most characters of a message that are quoted.
    static let maximumLength = 2_000
    /// How long a question waits for what it replies to.
    static let patience: Duration = .seconds(2)

    private let homeserver: any Homeserver
    private let store: any BridgeStore
    private let ownName: String
    private let clock: BridgeClock

    /// - Parameter ownName: What the bot is called.
    init(homeserver: any Homeserver, store: any BridgeStore, ownName: String, clock: BridgeClock) {
        self.homeserver = homeserver
        self.store = store
        self.ownName = ownName
        self.clock = clock
    }

    /// The message that an event refers to, as a Markdown quote; nil where it refers to none or it cannot be had.
    ///
    /// It refers to what it replies to; the first question in a Matrix thread also to the thread's root, which stands in
    /// another of the agent's conversations or in none.
    func quote(for event: RoomEvent, in roomID: RoomID) async -> String? {
        await clock.limited(to: Self.patience) {
            guard let target = try await target(of: event, in: roomID) else { return nil }
            return try await quote(of: target, in: roomID)
        } ?? nil
    }

    private func target(of event: RoomEvent, in roomID: RoomID) async throws -> EventID? {
        if let target = Self.target(of: event) { return target }
        guard let root = event.threadRoot else { return nil }
        let place = ThreadPlace(roomID: roomID, root: root)
        return try await store.lastTurn(at: place) == nil ? root : nil
    }

    /// The event that the sender meant by a reply; a thread's fallback is not meant.
    static func target(of event: RoomEvent) -> EventID? {
        switch event.message?.relation {
        case .reply(let target): target
        case .thread(_, let target, isFallingBack: false): target
        default: nil
        }
    }

    /// A text as a Markdown quote that begins with its author's name.
    static func markdown(_ text: String, by author: String) -> String? {
        var text = text.replacing("\r\n", with: "\n")
        guard text.contains(where: { !$0.isWhitespace }) else { return nil }
        if text.count > maximumLength { text = text.prefix(maximumLength) + "…" }
        let name = MarkdownEscape.text(author, limit: 64)
        return "**\(name):** \(text)".split(separator: "\n", omittingEmptySubsequences: false)
            .map { $0.isEmpty ? ">" : "> \($0)" }
            .joined(separator: "\n")
    }

    private func quote(of target: EventID, in roomID: RoomID) async throws -> String? {
        // The room's first event of an answer is a draft; the whole of it is in the store. What was said in another room is
        // not for this one to see.
        if try await store.isOwnEvent(target), let turn = try await store.turn(concerning: target),
            turn.question.place.roomID == roomID, let answer = turn.answer
        {
            return Self.markdown(answer.text, by: ownName)
        }
        let event = try await homeserver.event(target, in: roomID)
        guard let content = Self.latestContent(of: event), !content.body.isEmpty else { return nil }
        if event.sender == homeserver.userID { return Self.markdown(content.body, by: ownName) }
        let name = try? await homeserver.displayName(of: event.sender)
        return Self.markdown(content.body, by: (name ?? nil) ?? event.sender.rawValue)
    }

    /// What the message says now: servers send its latest edit along (client-server API, "Server-side aggregation").
    private static func latestContent(of event: RoomEvent) -> MessageContent? {
        let edit = event.unsigned?["m.relations"]?["m.replace"]
        guard edit?["sender"]?.stringValue == event.sender.rawValue,
            let content = edit?["content"].flatMap(MessageContent.init(content:))
        else { return event.message }
        return content.newContent ?? event.message
    }
}
