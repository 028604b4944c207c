import AgentRuntime
import PlatformSDK

/// One output item on its way.
struct ResponsesItem: Sendable {
    /// What the item is for.
    enum Kind: Sendable {
        case message, reasoning, functionCall
        /// A tool of the provider's own, and all that is unknown: kept whole, for the provider alone.
        case opaque

        /// The kind of an item by its type.
        init(type: String) {
            self =
                switch type {
                case "message": .message
                case "reasoning": .reasoning
                case "function_call", "custom_tool_call": .functionCall
                default: .opaque
                }
        }

        /// What such an item becomes; what the run cannot act on is state of the provider, carried by a reasoning item.
        func beginning(of item: JSON) -> OutputItem {
            switch self {
            case .message: .message(.init())
            case .functionCall:
                .functionCall(.init(name: item["name"]?.string ?? "", callID: item["call_id"]?.string ?? ""))
            case .reasoning, .opaque: .reasoning(.init())
            }
        }
    }

    /// How the item began.
    let start: ItemStart
    private let kind: Kind
    /// What the deltas built, by channel.
    private var built: [ItemDelta.Channel: String] = [:]
    private var summaryIndex: Int?
    private var annotations: [String] = []

    /// An item that begins.
    init(kind: Kind, start: ItemStart) {
        self.kind = kind
        self.start = start
    }

    /// Takes a change; nil for one that this item cannot have.
    mutating func apply(_ change: ResponsesItemChange) -> [ModelEvent]? {
        switch change {
        case .append(let channel, let text): return append(text, to: channel)
        case .appendSummary(let index, let text):
            // Parts of a summary are paragraphs.
            let isNewPart = summaryIndex.map { $0 != index } ?? false
            summaryIndex = index
            return append(isNewPart ? "\n\n" + text : text, to: .summary)
        case .complete(let channel, let text):
            // What a server left out of its deltas is made up for; where they differ, the item's end decides.
            let before = built[channel] ?? ""
            guard text.count > before.count, text.hasPrefix(before) else { return [] }
            return append(String(text.dropFirst(before.count)), to: channel)
        case .status(let word): return ModelEvent.delta(start.itemID, .status, word).list
        case .annotation(let annotation):
            annotations.append(annotation.text)
            return ModelEvent.delta(start.itemID, .annotation, annotation.text).list
        case .structure: return []
        }
    }

    private mutating func append(_ text: String, to channel: ItemDelta.Channel) -> [ModelEvent] {
        built[channel, default: ""] += text
        return ModelEvent.delta(start.itemID, channel, text).list
    }

    /// The item as its end tells it.
    func done(_ item: JSON) -> ModelEvent {
        switch kind {
        case .message:
            guard let parts = item["content"]?.elements else { return doneAsBuilt }
            // The phase is all of a message that the text does not tell.
            let phase = item["phase"]?.present.map { state(["phase": $0]) }
            return message(
                parts.compactMap { $0["text"]?.string }.joined(),
                refusal: parts.compactMap { $0["refusal"]?.string }.joined(),
                annotations: parts.flatMap { $0["annotations"]?.elements.map(\.text) ?? [] },
                state: phase
            )
        case .reasoning:
            let summary = item["summary"]?.elements.compactMap { $0["text"]?.string } ?? []
            let content = item["content"]?.elements.compactMap { $0["text"]?.string } ?? []
            return reasoning(content.joined(), summary: summary.joined(separator: "\n\n"), state: state(item))
        case .functionCall:
            let arguments = item["arguments"]?.string ?? item["input"]?.string
            return .callDone(start, arguments: arguments ?? built[.arguments] ?? "")
        case .opaque: return reasoning("", summary: "", state: state(item))
        }
    }

    /// The item as far as the deltas built it, when its end did not come.
    var doneAsBuilt: ModelEvent {
        switch kind {
        case .message:
            message(built[.text] ?? "", refusal: built[.refusal] ?? "", annotations: annotations, state: nil)
        case .functionCall: .callDone(start, arguments: built[.arguments] ?? "")
        // Without its end the provider could not read its own state.
        case .reasoning, .opaque:
            reasoning(built[.reasoning] ?? "", summary: built[.summary] ?? "", state: nil)
        }
    }

    private func message(_ text: String, refusal: String, annotations: [String], state: OpaqueJSON?) -> ModelEvent {
        let message = OutputItem.Message(
            content: text,
            refusal: refusal.isEmpty ? nil : refusal,
            annotations: annotations.isEmpty ? nil : annotations,
            providerState: state
        )
        return .done(start.itemID, .message(message))
    }

    private func reasoning(_ text: String, summary: String, state: OpaqueJSON?) -> ModelEvent {
        let summary = summary.isEmpty ? nil : summary
        return .done(start.itemID, .reasoning(.init(content: text, summary: summary, providerState: state)))
    }

    private func state(_ item: JSON) -> OpaqueJSON {
        ProviderState(api: OpenAIResponsesMapper.api, item: item).opaque
    }
}

/// What an event says of an open item.
enum ResponsesItemChange: Sendable {
    case append(ItemDelta.Channel, String)
    case appendSummary(index: Int, String)
    /// All of a channel, at its end.
    case complete(ItemDelta.Channel, String)
    case status(String)
    case annotation(JSON)
    /// Something that the deltas tell as well.
    case structure

    /// Reads an event; nil for one that is unknown.
    init?(_ type: String, _ json: JSON) {
        let delta = json["delta"]?.string ?? ""
        let whole =
            json["text"]?.string ?? json["refusal"]?.string ?? json["arguments"]?.string ?? json["input"]?.string
        switch type {
        case "response.output_text.delta": self = .append(.text, delta)
        case "response.output_text.done": self = .complete(.text, whole ?? "")
        case "response.refusal.delta": self = .append(.refusal, delta)
        case "response.refusal.done": self = .complete(.refusal, whole ?? "")
        case "response.reasoning_text.delta": self = .append(.reasoning, delta)
        case "response.reasoning_text.done": self = .complete(.reasoning, whole ?? "")
        case "response.reasoning_summary_text.delta":
            self = .appendSummary(index: json["summary_index"]?.int ?? 0, delta)
        case "response.function_call_arguments.delta", "response.custom_tool_call_input.delta",
            "response.mcp_call_arguments.delta":
            self = .append(.arguments, delta)
        case "response.function_call_arguments.done", "response.custom_tool_call_input.done",
            "response.mcp_call_arguments.done":
            self = .complete(.arguments, whole ?? "")
        case "response.output_text.annotation.added": self = .annotation(json["annotation"] ?? .null)
        case "response.content_part.added", "response.content_part.done", "response.reasoning_summary_part.added",
            "response.reasoning_summary_part.done", "response.reasoning_summary_text.done":
            self = .structure
        default:
            // `response.web_search_call.searching`, and what other hosted tools go through.
            let parts = type.split(separator: ".")
            // Code, commands and their output are part of the item's end.
            if parts.count == 3, parts[1].contains("_call_"), ["added", "delta", "done"].contains(parts[2]) {
                self = .structure
                return
            }
            guard parts.count == 3, parts[1].hasSuffix("_call") || parts[1].hasSuffix("_list_tools") else { return nil }
            self = .status(String(parts[2]))
        }
    }
}
