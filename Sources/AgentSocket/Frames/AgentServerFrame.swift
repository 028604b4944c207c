package import PlatformSDK

/// A frame that the agent sends: one JSON object in one WebSocket text message.
///
/// Fields that the type does not name are ignored, and types that are not known are kept by name, so that an agent may
/// say more than the protocol.
package enum AgentServerFrame: Hashable, Sendable {
    /// The first frame of a connection: the protocol's version where the agent names one, and the models that it lets
    /// people choose from.
    case status(protocolVersion: Int?, models: OfferedModels? = nil)
    /// More of the reply's text.
    case textChunk(String)
    /// The end of the reply, and the tokens that it took; zero where the agent does not count.
    case end(tokensUsed: Int)
    /// The end of the reply by an error of the agent.
    case error(code: String, details: String)
    /// An event of a named run.
    case runEvent(RunFrame)
    /// The end of a named run, or of what was asked about it, by an error.
    case runError(String, code: String, details: String)
    /// A named run goes on, though it has had nothing to say for a while.
    case heartbeat(String)
    /// The answer to USAGE.
    case usage(requestID: String, UsageReport)
    /// Why there is no answer to a request.
    case requestError(requestID: String, code: String, details: String)
    /// A frame of a type that the protocol does not have.
    case unknown(type: String)
}

/// An event of a named run, or a part of one, as it stands in one frame.
package struct RunFrame: Hashable, Sendable {
    /// The run's id.
    package var runID: String
    /// The event; its text is the part's.
    package var event: RunEvent
    /// The number of the part, from 0 on, where the text is too long for one frame.
    package var part = 0
    /// Whether a further part follows.
    package var isContinued = false
    /// In the first frame that answers a RESUME its cursor: what came before on the connection is overtaken.
    package var after: Int?
}

extension AgentServerFrame {
    /// A frame with an event of a run.
    package static func run(
        _ runID: String,
        _ event: RunEvent,
        part: Int = 0,
        isContinued: Bool = false,
        after: Int? = nil
    ) -> AgentServerFrame {
        .runEvent(RunFrame(runID: runID, event: event, part: part, isContinued: isContinued, after: after))
    }
}

extension AgentServerFrame: Codable {
    package enum CodingKeys: String, CodingKey {
        case type, text, code, details, seq, more, part, after, name, label, success, result, filename, size, path, url
        case models, model
        case protocolVersion = "protocol"
        case tokensUsed = "tokens_used"
        case runID = "run_id"
        case asOf = "as_of"
        case callID = "call_id"
        case itemID = "item_id"
        case mimeType = "mime_type"
        case defaultModel = "default_model"
        case requestID = "request_id"
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        // A frame without a type cannot be told from one of a later protocol: both are unknown.
        let type = try container.decodeIfPresent(String.self, forKey: .type) ?? ""
        let runID = try? container.decodeIfPresent(String.self, forKey: .runID)
        switch type {
        case Name.status:
            self = .status(
                protocolVersion: try container.decodeIfPresent(Int.self, forKey: .protocolVersion),
                models: OfferedModels(container))
        case Name.error:
            let code = try container.decodeIfPresent(String.self, forKey: .code) ?? "UNKNOWN"
            let details = (try? container.decodeIfPresent(String.self, forKey: .details)) ?? ""
            if let runID {
                self = .runError(runID, code: code, details: details)
            } else if let requestID = try? container.decodeIfPresent(String.self, forKey: .requestID) {
                self = .requestError(requestID: requestID, code: code, details: details)
            } else {
                self = .error(code: code, details: details)
            }
        case Name.heartbeat:
            self = .heartbeat(runID ?? "")
        case Name.usage:
            self = .usage(
                requestID: try container.decode(String.self, forKey: .requestID),
                try WireUsage(from: decoder).report)
        default:
            if let runID, let event = try AgentEvent(type: type, container) {
                let seq = try container.decode(Int.self, forKey: type == Name.reset ? .asOf : .seq)
                self = .run(
                    runID,
                    RunEvent(seq: seq, event),
                    part: try container.decodeIfPresent(Int.self, forKey: .part) ?? 0,
                    isContinued: try container.decodeIfPresent(Bool.self, forKey: .more) ?? false,
                    after: try container.decodeIfPresent(Int.self, forKey: .after)
                )
            } else if type == Name.textChunk {
                self = .textChunk(try container.decode(String.self, forKey: .text))
            } else if type == Name.end {
                self = .end(tokensUsed: try container.decodeIfPresent(Int.self, forKey: .tokensUsed) ?? 0)
            } else {
                self = .unknown(type: type)
            }
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(typeName, forKey: .type)
        switch self {
        case .status(let version, let models):
            try container.encodeIfPresent(version, forKey: .protocolVersion)
            try models?.encode(to: &container)
        case .textChunk(let text):
            try container.encode(text, forKey: .text)
        case .end(let tokensUsed):
            try container.encode(tokensUsed, forKey: .tokensUsed)
        case .error(let code, let details):
            try container.encode(code, forKey: .code)
            try container.encode(details, forKey: .details)
        case .runEvent(let frame):
            try container.encode(frame.runID, forKey: .runID)
            var seqKey = CodingKeys.seq
            if case .reset = frame.event.event { seqKey = .asOf }
            try container.encode(frame.event.seq, forKey: seqKey)
            if frame.part > 0 { try container.encode(frame.part, forKey: .part) }
            if frame.isContinued { try container.encode(true, forKey: .more) }
            try container.encodeIfPresent(frame.after, forKey: .after)
            try frame.event.event.encode(to: &container)
        case .runError(let runID, let code, let details):
            try container.encode(runID, forKey: .runID)
            try container.encode(code, forKey: .code)
            try container.encode(details, forKey: .details)
        case .heartbeat(let runID):
            try container.encode(runID, forKey: .runID)
        case .usage(let requestID, let report):
            try container.encode(requestID, forKey: .requestID)
            try WireUsage(report).encode(to: encoder)
        case .requestError(let requestID, let code, let details):
            try container.encode(requestID, forKey: .requestID)
            try container.encode(code, forKey: .code)
            try container.encode(details, forKey: .details)
        case .unknown:
            break
        }
    }
}

extension AgentServerFrame {
    /// The types as they stand on the wire.
    enum Name {
        static let status = "STATUS"
        static let error = "ERROR"
        static let textChunk = "AGENT_EVENT_TEXT_CHUNK"
        static let end = "AGENT_EVENT_END"
        static let reasoning = "AGENT_EVENT_REASONING_CHUNK"
        static let toolCall = "AGENT_EVENT_TOOL_CALL"
        static let toolResult = "AGENT_EVENT_TOOL_RESULT"
        static let file = "AGENT_EVENT_FILE"
        static let approval = "AGENT_EVENT_APPROVAL_REQUEST"
        static let progress = "AGENT_EVENT_PROGRESS"
        static let reset = "RESET"
        static let heartbeat = "HEARTBEAT"
        static let usage = "AGENT_USAGE"
    }

    /// The frame's type as it stands on the wire.
    package var typeName: String {
        switch self {
        case .status: Name.status
        case .textChunk: Name.textChunk
        case .end: Name.end
        case .error, .runError, .requestError: Name.error
        case .usage: Name.usage
        case .runEvent(let frame): frame.event.event.typeName
        case .heartbeat: Name.heartbeat
        case .unknown(let type): type.isEmpty ? "a frame without a type" : String(type.prefix(64))
        }
    }

    /// The frame in a size that is always taken: an event's number without the event, an error without its details.
    var withoutContent: AgentServerFrame {
        switch self {
        case .runEvent(let frame): .run(frame.runID, RunEvent(seq: frame.event.seq, .progress), after: frame.after)
        case .runError(let runID, let code, _): .runError(runID, code: String(code.prefix(64)), details: "")
        case .error(let code, _): .error(code: String(code.prefix(64)), details: "")
        case .requestError(let requestID, let code, _):
            .requestError(requestID: requestID, code: String(code.prefix(64)), details: "")
        case .status, .textChunk, .end, .heartbeat, .usage, .unknown: self
        }
    }

    /// The frame as the base protocol means it, which knows no runs.
    var withoutRun: AgentServerFrame {
        switch self {
        case .runEvent(let frame):
            switch frame.event.event {
            case .textChunk(let text): .textChunk(text)
            case .end(let tokens, _): .end(tokensUsed: tokens)
            default: .unknown(type: typeName)
            }
        case .runError(_, let code, let details): .error(code: code, details: details)
        case .heartbeat: .unknown(type: typeName)
        case .status, .textChunk, .end, .error, .usage, .requestError, .unknown: self
        }
    }
}
