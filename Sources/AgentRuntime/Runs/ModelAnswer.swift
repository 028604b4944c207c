package import PlatformSDK

/// What is known of the answer that the model is giving: one call of it.
struct ModelAnswer: Hashable, Sendable {
    /// An item that is not at its end.
    struct OpenItem: Hashable, Sendable {
        /// Its id in the log.
        let id: String
        /// Its place in the response.
        let index: Int
        /// What stands before the text of a further message; empty until there is text.
        var separator = ""
        /// The text so far, as the model has it.
        var text = ""
        /// What it said where it refused.
        var refusal = ""
    }

    /// The place in the response of the answer's first item.
    let firstIndex: Int
    /// The place of the item after the last.
    var nextIndex: Int
    /// The open items, by the provider's ids.
    var open: [String: OpenItem] = [:]
    /// The complete items as the provider wants them back, by their places.
    var done: [Int: OutputItem] = [:]
    /// Whether a reader has seen anything of it.
    var hasShown = false
    /// The bytes that the model was shown for it.
    var shownBytes = 0
    /// The bytes that it has said, in all channels.
    var saidBytes = 0
    /// The tokens of this answer so far.
    var usage: Usage?
    /// Why it ended; nil before.
    var finish: ModelFinishReason?

    /// Creates an answer that has not begun.
    init(firstIndex: Int) {
        self.firstIndex = firstIndex
        nextIndex = firstIndex
    }

    /// The complete items in their order.
    var items: [OutputItem] { done.sorted { $0.key < $1.key }.map(\.value) }

    /// Gives up what is open.
    mutating func closeOpenItems(reason: String) -> [StreamEvent.Payload] {
        defer { open = [:] }
        return open.values.sorted { $0.index < $1.index }.map {
            .itemCancelled(ItemCancelled(itemID: $0.id, reason: reason))
        }
    }
}

/// A call that is about to be executed, and where its output goes.
package struct PlannedCall: Hashable, Sendable {
    /// The call.
    package let call: OutputItem.FunctionCall
    /// The item of its output.
    package let itemID: String
    /// The arguments; nil where the call is answered without its tool.
    package let arguments: OpaqueJSON?
    /// What the model is told of a call that cannot be executed.
    package let refusal: ToolOutcome?
}
