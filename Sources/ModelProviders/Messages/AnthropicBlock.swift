import AgentRuntime
import PlatformSDK

/// One content block on its way.
struct AnthropicBlock: Sendable {
    /// What the block is for.
    enum Kind: Sendable {
        case text
        case thinking
        case toolUse
        /// A tool of the provider's own at work.
        case serverToolUse
        /// Anything else: kept whole, for the provider alone.
        case opaque

        /// The kind of a block by its type.
        init(type: String) {
            self =
                switch type {
                case "text": .text
                case "thinking": .thinking
                case "tool_use": .toolUse
                case "server_tool_use", "mcp_tool_use": .serverToolUse
                default: .opaque
                }
        }

        /// What such a block becomes; what the run cannot act on is state of the provider, carried by a reasoning item.
        func beginning(of content: JSON) -> OutputItem {
            switch self {
            case .text: .message(.init())
            case .toolUse:
                .functionCall(.init(name: content["name"]?.string ?? "", callID: content["id"]?.string ?? ""))
            case .thinking, .serverToolUse, .opaque: .reasoning(.init())
            }
        }
    }

    private let kind: Kind
    private let start: ItemStart
    /// The block as it began.
    private let content: JSON
    private var text: String
    private var annotations: [String] = []
    private var input = ""
    private var signature: String

    /// A block that begins.
    init(kind: Kind, start: ItemStart, content: JSON) {
        self.kind = kind
        self.start = start
        self.content = content
        text = content[kind == .thinking ? "thinking" : "text"]?.string ?? ""
        signature = content["signature"]?.string ?? ""
    }

    /// What the block's beginning holds already.
    var initialDeltas: [ModelEvent] {
        let delta: ModelEvent? =
            switch kind {
            case .text: .delta(start.itemID, .text, text)
            case .thinking: .delta(start.itemID, .reasoning, text)
            case .serverToolUse: .delta(start.itemID, .status, content["name"]?.string ?? "")
            case .toolUse, .opaque: nil
            }
        return delta.list
    }

    /// Takes a delta; nil for one that is unknown.
    mutating func append(_ delta: JSON) -> [ModelEvent]? {
        let event: ModelEvent?
        switch delta["type"]?.string {
        case "text_delta":
            let more = delta["text"]?.string ?? ""
            text += more
            event = .delta(start.itemID, .text, more)
        case "thinking_delta":
            let more = delta["thinking"]?.string ?? ""
            text += more
            event = .delta(start.itemID, .reasoning, more)
        case "input_json_delta":
            let more = delta["partial_json"]?.string ?? ""
            input += more
            event = kind == .toolUse ? .delta(start.itemID, .arguments, more) : nil
        case "signature_delta":
            signature += delta["signature"]?.string ?? ""
            event = nil
        case "citations_delta":
            guard let citation = delta["citation"]?.text else { return nil }
            annotations.append(citation)
            event = .delta(start.itemID, .annotation, citation)
        default: return nil
        }
        return event.list
    }

    /// The block as the item that it has become.
    var done: ModelEvent {
        switch kind {
        case .text:
            .done(start.itemID, .message(.init(content: text, annotations: annotations.isEmpty ? nil : annotations)))
        case .thinking: reasoningDone(text, thinking)
        case .toolUse: .callDone(start, arguments: arguments, caller: content["caller"])
        case .serverToolUse: reasoningDone("", serverToolUse)
        case .opaque: reasoningDone("", content)
        }
    }

    private func reasoningDone(_ text: String, _ item: JSON) -> ModelEvent {
        let state = ProviderState(api: AnthropicMapper.api, item: item)
        return .done(start.itemID, .reasoning(.init(content: text, providerState: state.opaque)))
    }

    private var thinking: JSON {
        var members = content.members ?? [:]
        members["thinking"] = .string(text)
        members["signature"] = .string(signature)
        return .object(members)
    }

    private var serverToolUse: JSON {
        var members = content.members ?? [:]
        members["input"] = JSONReader.read(arguments) ?? [:]
        return .object(members)
    }

    /// The input as JSON text. An empty buffer stands for what the beginning held, as a rule an empty object.
    private var arguments: String {
        input.isEmpty ? content["input"]?.present?.text ?? "{}" : input
    }
}
