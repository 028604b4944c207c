/// A frame that the agent sends: one JSON object in one WebSocket text message.
///
/// Fields that the type does not name are ignored, and types that are not known are kept by name, so that an agent may
/// say more than the base protocol.
package enum AgentServerFrame: Hashable, Sendable {
    /// The first frame of a connection; the protocol's version where the agent names one.
    case status(protocolVersion: Int?)
    /// More of the reply's text.
    case textChunk(String)
    /// The end of the reply, and the tokens that it took; zero where the agent does not count.
    case end(tokensUsed: Int)
    /// The end of the reply by an error of the agent.
    case error(code: String, details: String)
    /// A frame of a type that the base protocol does not have.
    case unknown(type: String)
}

extension AgentServerFrame: Codable {
    private enum CodingKeys: String, CodingKey {
        case type, text, code, details
        case protocolVersion = "protocol"
        case tokensUsed = "tokens_used"
    }

    private enum Name {
        static let status = "STATUS"
        static let textChunk = "AGENT_EVENT_TEXT_CHUNK"
        static let end = "AGENT_EVENT_END"
        static let error = "ERROR"
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        // A frame without a type cannot be told from one of a later protocol: both are unknown.
        let type = try container.decodeIfPresent(String.self, forKey: .type) ?? ""
        switch type {
        case Name.status:
            self = .status(protocolVersion: try container.decodeIfPresent(Int.self, forKey: .protocolVersion))
        case Name.textChunk:
            self = .textChunk(try container.decode(String.self, forKey: .text))
        case Name.end:
            self = .end(tokensUsed: try container.decodeIfPresent(Int.self, forKey: .tokensUsed) ?? 0)
        case Name.error:
            self = .error(
                code: try container.decodeIfPresent(String.self, forKey: .code) ?? "UNKNOWN",
                details: (try? container.decodeIfPresent(String.self, forKey: .details)) ?? ""
            )
        default:
            self = .unknown(type: type)
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .status(let version):
            try container.encode(Name.status, forKey: .type)
            try container.encodeIfPresent(version, forKey: .protocolVersion)
        case .textChunk(let text):
            try container.encode(Name.textChunk, forKey: .type)
            try container.encode(text, forKey: .text)
        case .end(let tokensUsed):
            try container.encode(Name.end, forKey: .type)
            try container.encode(tokensUsed, forKey: .tokensUsed)
        case .error(let code, let details):
            try container.encode(Name.error, forKey: .type)
            try container.encode(code, forKey: .code)
            try container.encode(details, forKey: .details)
        case .unknown(let type):
            try container.encode(type, forKey: .type)
        }
    }
}

extension AgentServerFrame {
    /// The frame's type as it stands on the wire.
    package var typeName: String {
        switch self {
        case .status: Name.status
        case .textChunk: Name.textChunk
        case .end: Name.end
        case .error: Name.error
        case .unknown(let type): type.isEmpty ? "a frame without a type" : String(type.prefix(64))
        }
    }
}
