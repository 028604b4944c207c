extension StreamEvent: Codable {
    private enum CodingKeys: String, CodingKey {
        case eventID = "event_id"
        case runID = "run_id"
        case seq, attempt, timestamp
        case traceContext = "trace_context"
        case type, payload
    }

    private enum WrapperKeys: String, CodingKey {
        case usage, error
    }

    /// Reads an event; one of an unknown type keeps the JSON of its payload.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        eventID = try container.decode(String.self, forKey: .eventID)
        runID = try container.decode(String.self, forKey: .runID)
        seq = try container.decode(Int.self, forKey: .seq)
        attempt = try container.decode(Int.self, forKey: .attempt)
        timestamp = try container.decode(Int64.self, forKey: .timestamp)
        traceContext = try container.decode(TraceContext.self, forKey: .traceContext)
        payload = try Self.payload(of: container.decode(String.self, forKey: .type), in: container)
    }

    private static func payload(of type: String, in container: KeyedDecodingContainer<CodingKeys>) throws -> Payload {
        switch type {
        case "response_start": .responseStart(try container.decode(ResponseStart.self, forKey: .payload))
        case "item_start": .itemStart(try container.decode(ItemStart.self, forKey: .payload))
        case "item_delta": .itemDelta(try container.decode(ItemDelta.self, forKey: .payload))
        case "item_done": .itemDone(try container.decode(ItemDone.self, forKey: .payload))
        case "item_error": .itemError(try container.decode(ItemError.self, forKey: .payload))
        case "item_cancelled": .itemCancelled(try container.decode(ItemCancelled.self, forKey: .payload))
        case "usage_update":
            .usageUpdate(
                try container.nestedContainer(keyedBy: WrapperKeys.self, forKey: .payload)
                    .decode(Usage.self, forKey: .usage))
        case "response_done": .responseDone(try container.decode(ResponseDone.self, forKey: .payload))
        case "response_error":
            .responseError(
                try container.nestedContainer(keyedBy: WrapperKeys.self, forKey: .payload)
                    .decode(ResponseError.self, forKey: .error))
        case "turn_aborted_by_user": .turnAbortedByUser(try container.decode(TurnAborted.self, forKey: .payload))
        case "heartbeat": .heartbeat
        default: .unknown(type: type, json: try container.decodeIfPresent(OpaqueJSON.self, forKey: .payload) ?? .null)
        }
    }

    /// Writes the envelope, with the payload below it.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(eventID, forKey: .eventID)
        try container.encode(runID, forKey: .runID)
        try container.encode(seq, forKey: .seq)
        try container.encode(attempt, forKey: .attempt)
        try container.encode(timestamp, forKey: .timestamp)
        try container.encode(traceContext, forKey: .traceContext)
        try container.encode(type, forKey: .type)
        switch payload {
        case .responseStart(let payload): try container.encode(payload, forKey: .payload)
        case .itemStart(let payload): try container.encode(payload, forKey: .payload)
        case .itemDelta(let payload): try container.encode(payload, forKey: .payload)
        case .itemDone(let payload): try container.encode(payload, forKey: .payload)
        case .itemError(let payload): try container.encode(payload, forKey: .payload)
        case .itemCancelled(let payload): try container.encode(payload, forKey: .payload)
        case .usageUpdate(let usage): try container.encode(["usage": usage], forKey: .payload)
        case .responseDone(let payload): try container.encode(payload, forKey: .payload)
        case .responseError(let error): try container.encode(["error": error], forKey: .payload)
        case .turnAbortedByUser(let payload): try container.encode(payload, forKey: .payload)
        case .heartbeat: try container.encode(OpaqueJSON.object([:]), forKey: .payload)
        case .unknown(_, let json): try container.encode(json, forKey: .payload)
        }
    }
}
