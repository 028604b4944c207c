import AgentRuntime
import PlatformSDK

/// Where a server puts what its model thinks: the API has no field for it, and servers have two.
///
/// Thinking goes back in the field that it came in, with every answer that has calls: some models refuse a conversation
/// whose calls have lost it, however long ago they were. With other answers it does not go back: models are trained
/// without it, and some servers refuse it there.
struct ChatReasoning: Hashable, Sendable {
    /// The name of the API in a provider state.
    static let api = "openai-chat"

    /// The field of a delta, and of a message.
    let field: String

    /// A field that is known.
    init(field: String) {
        self.field = field
    }

    /// The field that a history's thinking came in last; nil where no server of this API has sent any.
    init?(_ history: [OutputItem]) {
        let fields = history.lazy.compactMap { item -> String? in
            guard case .reasoning(let reasoning) = item else { return nil }
            return ProviderState(reasoning.providerState, api: Self.api)?.item["field"]?.string
        }
        guard let field = fields.reversed().first else { return nil }
        self.field = field
    }

    /// What a delta says of the model's thoughts; nil where it says nothing.
    static func read(_ delta: JSON) -> (text: String, field: String)? {
        for field in ["reasoning_content", "reasoning"] {
            if let text = delta[field]?.string, !text.isEmpty { return (text, field) }
        }
        return nil
    }

    /// The thinking of one answer; empty where there was none, which is said to servers that miss the field otherwise.
    func text(_ items: [OutputItem]) -> String {
        items.reduce(into: "") { text, item in
            guard case .reasoning(let reasoning) = item,
                ProviderState(reasoning.providerState, api: Self.api) != nil
            else { return }
            text += reasoning.content
        }
    }

    /// The field as a reasoning item keeps it.
    var state: ProviderState { ProviderState(api: Self.api, item: ["field": .string(field)]) }
}
