import AgentRuntime
import PlatformSDK

/// Makes the events of an answer's items, and keeps their ids and places in order.
struct AnswerItems: Sendable {
    /// What ids are made of where the provider gives none.
    let prefix: String
    private var count = 0

    /// Counts from the first item of an answer.
    init(prefix: String) {
        self.prefix = prefix
    }

    /// Begins an item under the provider's id, or one of its own; a call gets an id of its own where it has none.
    mutating func start(_ item: OutputItem, id: String? = nil) -> ItemStart {
        let index = count
        count += 1
        let itemID = id.flatMap { $0.isEmpty ? nil : $0 } ?? "\(prefix)-\(index)"
        var item = item
        if case .functionCall(var call) = item, call.callID.isEmpty {
            call.callID = "\(prefix)-call-\(index)"
            item = .functionCall(call)
        }
        return ItemStart(itemID: itemID, outputIndex: index, item: item)
    }
}

extension ModelEvent {
    /// A delta; nil where there is nothing to append.
    static func delta(_ itemID: String, _ channel: ItemDelta.Channel, _ content: String) -> ModelEvent? {
        content.isEmpty ? nil : .itemDelta(ItemDelta(itemID: itemID, channel: channel, deltaContent: content))
    }

    /// The end of an item.
    static func done(_ itemID: String, _ item: OutputItem) -> ModelEvent {
        .itemDone(ItemDone(itemID: itemID, finalItem: item))
    }

    /// The end of a call: what it began with, and its arguments, which are an empty object where there are none.
    static func callDone(_ start: ItemStart, arguments: String, caller: JSON? = nil) -> ModelEvent {
        guard case .functionCall(var call) = start.item else { return .done(start.itemID, start.item) }
        call.arguments = arguments.isEmpty ? "{}" : arguments
        call.caller = caller?.present?.opaque
        return .done(start.itemID, .functionCall(call))
    }
}

extension Optional {
    /// One element, or none.
    var list: [Wrapped] { map { [$0] } ?? [] }
}
