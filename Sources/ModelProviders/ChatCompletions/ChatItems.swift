import AgentRuntime
import PlatformSDK

/// A message or a reasoning text that grows.
struct ChatText: Sendable {
    /// How the item began.
    let start: ItemStart
    /// The field in which a reasoning text comes, and goes back.
    private let field: String?
    private var content = ""
    private var refusal = ""

    /// An item that begins.
    init(start: ItemStart, field: String? = nil) {
        self.start = start
        self.field = field
    }

    /// Takes more of it.
    mutating func append(_ more: String, on channel: ItemDelta.Channel) -> [ModelEvent] {
        if channel == .refusal { refusal += more } else { content += more }
        return ModelEvent.delta(start.itemID, channel, more).list
    }

    /// The item, complete.
    var done: ModelEvent {
        if case .reasoning = start.item {
            let state = field.map { ChatReasoning(field: $0).state.opaque }
            return .done(start.itemID, .reasoning(.init(content: content, providerState: state)))
        }
        return .done(start.itemID, .message(.init(content: content, refusal: refusal.isEmpty ? nil : refusal)))
    }
}

/// A call that grows. It begins for others once its name is known.
struct ChatCall: Sendable {
    private let index: Int?
    private var id = ""
    private var name = ""
    private var arguments = ""
    private var start: ItemStart?
    /// Whether its end has been told.
    private(set) var isClosed = false

    /// A call that nothing is known of but its index.
    init(index: Int?) {
        self.index = index
    }

    /// Whether a delta is about this call: it has neither another index nor another id.
    ///
    /// Some servers give every call the index 0: a new id opens a new call. Some give no ids either: then a name after
    /// complete arguments does. Some give ids but no index: then the id decides, or the last call goes on.
    func continues(with delta: JSON) -> Bool {
        guard !isClosed else { return false }
        if let other = delta["index"]?.int, let index, other != index { return false }
        if let other = delta["id"]?.string, !other.isEmpty { return id.isEmpty ? !isWhole : other == id }
        let hasName = !(delta["function"]?["name"]?.string ?? "").isEmpty
        return !(hasName && isWhole)
    }

    private var isWhole: Bool { !name.isEmpty && JSONReader.read(arguments)?.members != nil }

    /// Takes a delta.
    mutating func append(_ delta: JSON, _ items: inout AnswerItems) -> [ModelEvent] {
        let function = delta["function"] ?? .null
        if id.isEmpty { id = delta["id"]?.string ?? "" }
        if name.isEmpty { name = function["name"]?.string ?? "" }
        // Arguments that are no text are an object already.
        let more = function["arguments"]?.string ?? function["arguments"]?.present?.text ?? ""
        arguments += more
        if let start { return ModelEvent.delta(start.itemID, .arguments, more).list }
        return name.isEmpty ? [] : begin(&items)
    }

    /// Ends the call.
    mutating func close(_ items: inout AnswerItems) -> [ModelEvent] {
        isClosed = true
        let events = start == nil ? begin(&items) : []
        return events + start.map { .callDone($0, arguments: arguments) }.list
    }

    private mutating func begin(_ items: inout AnswerItems) -> [ModelEvent] {
        let start = items.start(.functionCall(.init(name: name, callID: id)))
        self.start = start
        return [.itemStart(start)] + ModelEvent.delta(start.itemID, .arguments, arguments).list
    }
}
