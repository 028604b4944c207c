package import PlatformSDK

/// One event of a model's answer; each but `finish` and `start` becomes one event of the run as it is.
///
/// For each item: one `itemStart`, its deltas, one `itemDone`. Items may be open side by side. Ids are unique within the
/// answer; output indices count its items from 0, in the order of their starts.
///
/// What only its provider understands, such as a search that it made by itself, is a reasoning item without content,
/// whose provider state holds it.
package enum ModelEvent: Hashable, Sendable {
    /// The provider has taken the request; its own id for the answer, and the model that really answers.
    case start(responseID: String?, model: String?)
    /// An item begins.
    case itemStart(ItemStart)
    /// An item grows.
    case itemDelta(ItemDelta)
    /// An item is complete; it replaces what the deltas built.
    case itemDone(ItemDone)
    /// The tokens of this answer so far; replaces what was reported before.
    case usage(Usage)
    /// The answer is complete; the last event.
    case finish(ModelFinishReason)
    /// The provider is alive.
    case heartbeat
}

/// Why a model stopped.
package enum ModelFinishReason: String, Hashable, Sendable {
    /// It has said all.
    case stop
    /// The limit of tokens, or the end of the context, was reached: the last item may be cut.
    case length
    /// It waits for the outputs of its calls.
    case toolCalls = "tool_calls"
    /// The provider or the model refused, wholly or from here on.
    case contentFilter = "content_filter"
    /// The provider took a break: ask again with the items of this answer appended, and it goes on.
    case pause
}
