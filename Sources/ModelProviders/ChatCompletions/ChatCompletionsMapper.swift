import AgentRuntime
import HTTP
import PlatformSDK

/// The chunks of the Chat Completions API, in the dialects of those who speak it.
struct ChatCompletionsMapper: ModelStreamMapper {
    private(set) var ignoredEvents = 0
    private(set) var isComplete = false

    private var hasStarted = false
    private var items: AnswerItems
    private var reasoning: ChatText?
    private var message: ChatText?
    private var calls: [ChatCall] = []
    private var finishReason: ModelFinishReason?
    /// The last tokens reported, until they are passed on.
    private var pendingUsage: Usage?
    private var knownUsage: Usage?

    /// Starts an answer whose items and calls are named after the prefix.
    init(prefix: String) {
        items = AnswerItems(prefix: prefix)
    }

    mutating func map(_ event: ServerSentEvent) throws(StreamFailure) -> [ModelEvent] {
        // An empty event is a sign of life of some servers.
        if event.data.isEmpty { return [.heartbeat] }
        if event.data == "[DONE]" {
            // A server that ends before it has said anything has failed.
            guard hasStarted else { throw .truncated }
            return complete()
        }
        let chunk = try event.object()
        if chunk["error"]?.present != nil || chunk["object"]?.string == "error" {
            throw .reported(ProviderFailure(chunk))
        }
        return try map(chunk)
    }

    /// A stream may end without `[DONE]` once the model has stopped.
    mutating func finish() throws(StreamFailure) -> [ModelEvent] {
        guard !isComplete else { return [] }
        guard finishReason != nil else { throw .truncated }
        return complete()
    }

    private mutating func map(_ chunk: JSON) throws(StreamFailure) -> [ModelEvent] {
        var events: [ModelEvent] = []
        let choice = chunk["choices"]?.elements.first { ($0["index"]?.int ?? 0) == 0 }
        if !hasStarted, choice != nil {
            hasStarted = true
            events.append(.start(responseID: chunk["id"]?.string, model: chunk["model"]?.string))
        }
        // The tokens come in a chunk without choices, with the reason to finish, or with every chunk.
        let usage = chunk["usage"]?.present.flatMap(Self.usage)
        if let usage, usage != knownUsage { pendingUsage = usage }
        if let delta = choice?["delta"]?.present {
            if let (text, field) = ChatReasoning.read(delta) { events += read(reasoning: text, field: field) }
            events += read(text: Self.text(delta["content"]), on: .text)
            events += read(text: delta["refusal"]?.string ?? "", on: .refusal)
            for call in delta["tool_calls"]?.elements ?? [] { events += read(call: call) }
        }
        if let reason = choice?["finish_reason"]?.string {
            if let failure = Self.failure(reason, choice) { throw failure }
            events += close(because: reason)
        }
        if choice == nil, usage == nil { ignoredEvents += 1 }
        if choice == nil || finishReason != nil { events += reportUsage() }
        return events
    }

    private mutating func read(reasoning more: String, field: String) -> [ModelEvent] {
        var events = message.take().map { [$0.done] } ?? []
        var text = reasoning ?? ChatText(start: items.start(.reasoning(.init())), field: field)
        if reasoning == nil { events.append(.itemStart(text.start)) }
        events += text.append(more, on: .reasoning)
        reasoning = text
        return events
    }

    private mutating func read(text more: String, on channel: ItemDelta.Channel) -> [ModelEvent] {
        guard !more.isEmpty else { return [] }
        var events = reasoning.take().map { [$0.done] } ?? []
        var text = message ?? ChatText(start: items.start(.message(.init())))
        if message == nil { events.append(.itemStart(text.start)) }
        events += text.append(more, on: channel)
        message = text
        return events
    }

    private mutating func read(call delta: JSON) -> [ModelEvent] {
        var events = reasoning.take().map { [$0.done] } ?? []
        let place = calls.lastIndex { $0.continues(with: delta) }
        var call = place.map { calls[$0] } ?? ChatCall(index: delta["index"]?.int)
        events += call.append(delta, &items)
        if let place { calls[place] = call } else { calls.append(call) }
        return events
    }

    /// Ends every open item.
    private mutating func close(because reason: String) -> [ModelEvent] {
        var events = [reasoning.take()?.done, message.take()?.done].compactMap { $0 }
        for index in calls.indices where !calls[index].isClosed { events += calls[index].close(&items) }
        finishReason =
            switch reason {
            case "length", "max_tokens", "model_length": .length
            case "content_filter": .contentFilter
            // Old builds of some servers stop where they should wait for the calls.
            default: calls.isEmpty ? .stop : .toolCalls
            }
        return events
    }

    private mutating func complete() -> [ModelEvent] {
        isComplete = true
        let events = close(because: finishReason?.rawValue ?? "stop")
        return events + reportUsage() + [.finish(finishReason ?? .stop)]
    }

    private mutating func reportUsage() -> [ModelEvent] {
        guard let usage = pendingUsage.take() else { return [] }
        knownUsage = usage
        return [.usage(usage)]
    }

    /// The failure that some servers tell as a reason to finish; nil for a real one.
    private static func failure(_ reason: String, _ choice: JSON?) -> StreamFailure? {
        switch reason {
        case "error": .reported(ProviderFailure(choice ?? .null))
        case "insufficient_system_resource": .reported(ProviderFailure(["code": .string(reason)]))
        case "abort": .truncated
        default: nil
        }
    }

    /// Text, or the texts of a list of parts.
    private static func text(_ content: JSON?) -> String {
        content?.string ?? content?.elements.compactMap { $0["text"]?.string }.joined() ?? ""
    }

    private static func usage(_ json: JSON) -> Usage? {
        guard let prompt = json["prompt_tokens"]?.count else { return nil }
        let completion = json["completion_tokens"]?.count ?? 0
        return Usage(
            promptTokens: prompt,
            completionTokens: completion,
            totalTokens: prompt + completion,
            cachedTokens: json["prompt_tokens_details"]?["cached_tokens"]?.count
                ?? json["prompt_cache_hit_tokens"]?.count,
            reasoningTokens: json["completion_tokens_details"]?["reasoning_tokens"]?.count
        )
    }
}
