import AgentRuntime
import HTTP
import PlatformSDK

/// The events of the Responses API, by output item.
struct OpenAIResponsesMapper: ModelStreamMapper {
    /// The name of the API in a provider state.
    static let api = "openai-responses"

    private(set) var ignoredEvents = 0
    private(set) var isComplete = false

    private var items: AnswerItems
    /// The items that are open, by their place in the output. Ids are no keys: some servers give an item another one in
    /// every event.
    private var open: [Int: ResponsesItem] = [:]
    private var hasCalls = false
    private var hasItems = false

    /// Starts an answer; ids that the provider leaves out are made from the prefix.
    init(prefix: String) {
        items = AnswerItems(prefix: prefix)
    }

    mutating func map(_ event: ServerSentEvent) throws(StreamFailure) -> [ModelEvent] {
        if event.data == "[DONE]" { return ignore() }
        let json = try event.object()
        let type = json["type"]?.string ?? (json["error"]?.present == nil ? event.event : "error")
        switch type {
        case "response.created":
            let response = json["response"]
            return [.start(responseID: response?["id"]?.string, model: response?["model"]?.string)]
        case "response.queued", "response.in_progress": return []
        case "response.output_item.added": return added(json)
        case "response.output_item.done": return done(json)
        case "response.completed": return complete(json, .stop)
        case "response.incomplete":
            let reason = json["response"]?["incomplete_details"]?["reason"]?.string
            return complete(json, reason == "content_filter" ? .contentFilter : .length)
        case "response.failed": throw .reported(ProviderFailure(json["response"] ?? json))
        case "error": throw .reported(ProviderFailure(json))
        case "keepalive": return [.heartbeat]
        default: return update(type, json)
        }
    }

    /// Everything that happens to an open item.
    private mutating func update(_ type: String, _ json: JSON) -> [ModelEvent] {
        guard type.hasPrefix("response."), let place = place(of: json) else { return ignore() }
        guard let change = ResponsesItemChange(type, json), let events = open[place]?.apply(change) else {
            return ignore()
        }
        return events
    }

    private mutating func added(_ json: JSON) -> [ModelEvent] {
        guard let item = json["item"], let place = json["output_index"]?.count ?? freePlace, open[place] == nil else {
            return ignore()
        }
        return begin(item, at: place)
    }

    private mutating func done(_ json: JSON) -> [ModelEvent] {
        guard let item = json["item"] else { return ignore() }
        let place = json["output_index"]?.count ?? place(named: item["id"]?.string) ?? freePlace
        guard let place else { return ignore() }
        let start = open[place] == nil ? begin(item, at: place) : []
        return start + (open.removeValue(forKey: place).map { [$0.done(item)] } ?? [])
    }

    private mutating func begin(_ item: JSON, at place: Int) -> [ModelEvent] {
        let kind = ResponsesItem.Kind(type: item["type"]?.string ?? "")
        hasItems = true
        if kind == .functionCall { hasCalls = true }
        let start = items.start(kind.beginning(of: item), id: item["id"]?.string)
        open[place] = ResponsesItem(kind: kind, start: start)
        return [.itemStart(start)]
    }

    private mutating func complete(_ json: JSON, _ reason: ModelFinishReason) -> [ModelEvent] {
        isComplete = true
        let response = json["response"] ?? .null
        var events: [ModelEvent] = []
        if !hasItems {
            // Thin servers tell the output at the end only.
            for (place, item) in (response["output"]?.elements ?? []).enumerated() {
                events += begin(item, at: place)
                events += open.removeValue(forKey: place).map { [$0.done(item)] } ?? []
            }
        }
        // An answer that was cut leaves its last item open.
        events += open.sorted { $0.key < $1.key }.map(\.value.doneAsBuilt)
        open = [:]
        if let usage = response["usage"]?.present { events.append(.usage(Self.usage(usage))) }
        return events + [.finish(reason == .stop && hasCalls ? .toolCalls : reason)]
    }

    private func place(of json: JSON) -> Int? {
        json["output_index"]?.count ?? place(named: json["item_id"]?.string)
    }

    private func place(named id: String?) -> Int? {
        guard let id else { return nil }
        return open.first { $0.value.start.itemID == id }?.key
    }

    /// A place for an item of a server that numbers none.
    private var freePlace: Int? { (open.keys.max() ?? -1) + 1 }

    private mutating func ignore() -> [ModelEvent] {
        ignoredEvents += 1
        return []
    }

    private static func usage(_ json: JSON) -> Usage {
        let input = json["input_tokens"]?.count ?? 0
        let output = json["output_tokens"]?.count ?? 0
        return Usage(
            promptTokens: input,
            completionTokens: output,
            totalTokens: json["total_tokens"]?.count ?? input + output,
            cachedTokens: json["input_tokens_details"]?["cached_tokens"]?.count,
            reasoningTokens: json["output_tokens_details"]?["reasoning_tokens"]?.count
        )
    }
}
