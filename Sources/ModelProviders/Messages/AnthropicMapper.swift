import AgentRuntime
import HTTP
import PlatformSDK

/// The events of the Messages API, by content block.
struct AnthropicMapper: ModelStreamMapper {
    /// The name of the API in a provider state.
    static let api = "anthropic"

    private(set) var ignoredEvents = 0
    private(set) var isComplete = false

    private var items: AnswerItems
    private var blocks: [Int: AnthropicBlock] = [:]
    private var usage = AnthropicUsage()
    private var finishReason = ModelFinishReason.stop

    /// Starts an answer whose own ids begin with the prefix.
    init(prefix: String) {
        items = AnswerItems(prefix: prefix)
    }

    mutating func map(_ event: ServerSentEvent) throws(StreamFailure) -> [ModelEvent] {
        let json = try event.object()
        let type = json["type"]?.string ?? event.event
        switch type {
        case "message_start":
            let message = json["message"] ?? .null
            let start = ModelEvent.start(responseID: message["id"]?.string, model: message["model"]?.string)
            return [start] + report(message["usage"])
        case "content_block_start": return startBlock(json)
        case "content_block_delta":
            guard let index = json["index"]?.int, let delta = json["delta"],
                let events = blocks[index]?.append(delta)
            else { return ignore() }
            return events
        case "content_block_stop":
            guard let block = json["index"]?.int.flatMap({ blocks.removeValue(forKey: $0) }) else { return ignore() }
            return [block.done]
        case "message_delta":
            if let reason = json["delta"]?["stop_reason"]?.string { finishReason = Self.finishReason(reason) }
            return report(json["usage"])
        case "message_stop":
            isComplete = true
            // Blocks that nobody stopped end with their message.
            let open = blocks.sorted { $0.key < $1.key }.map(\.value.done)
            blocks = [:]
            return open + [.finish(finishReason)]
        case "ping": return [.heartbeat]
        case "error": throw .reported(ProviderFailure(json))
        default:
            // A proxy's error may come without a type.
            if json["error"]?.present != nil { throw .reported(ProviderFailure(json)) }
            return ignore()
        }
    }

    private mutating func startBlock(_ json: JSON) -> [ModelEvent] {
        guard let index = json["index"]?.int, let content = json["content_block"], blocks[index] == nil else {
            return ignore()
        }
        let kind = AnthropicBlock.Kind(type: content["type"]?.string ?? "")
        let start = items.start(kind.beginning(of: content))
        let block = AnthropicBlock(kind: kind, start: start, content: content)
        blocks[index] = block
        return [.itemStart(start)] + block.initialDeltas
    }

    private mutating func report(_ report: JSON?) -> [ModelEvent] {
        guard let report, usage.update(report) else { return [] }
        return [.usage(usage.total)]
    }

    private mutating func ignore() -> [ModelEvent] {
        ignoredEvents += 1
        return []
    }

    private static func finishReason(_ reason: String) -> ModelFinishReason {
        switch reason {
        case "max_tokens", "model_context_window_exceeded": .length
        case "tool_use": .toolCalls
        case "pause_turn": .pause
        case "refusal": .contentFilter
        default: .stop
        }
    }
}

/// The tokens of an answer; each report is cumulative and replaces the fields that it names.
private struct AnthropicUsage {
    private var fields: [String: Int] = [:]

    /// Takes a report; false where it names no tokens.
    mutating func update(_ report: JSON) -> Bool {
        let names = ["input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens", "output_tokens"]
        var found: [String: Int] = [:]
        for name in names { found[name] = report[name]?.count }
        found["thinking_tokens"] = report["output_tokens_details"]?["thinking_tokens"]?.count
        fields.merge(found) { _, new in new }
        return !found.isEmpty
    }

    /// What was read from a cache and what was written to it is part of the prompt.
    var total: Usage {
        let cached = fields["cache_read_input_tokens"]
        let input = (fields["input_tokens"] ?? 0) + (fields["cache_creation_input_tokens"] ?? 0) + (cached ?? 0)
        let output = fields["output_tokens"] ?? 0
        return Usage(
            promptTokens: input,
            completionTokens: output,
            totalTokens: input + output,
            cachedTokens: cached,
            reasoningTokens: fields["thinking_tokens"]
        )
    }
}
