/// A frame that the bridge sends to the agent: one JSON object in one WebSocket text message.
package enum AgentClientFrame: Hashable, Sendable {
    /// A message of a person.
    case userMessage(text: String)
    /// A frame of a type that the base protocol does not have.
    case unknown(type: String)
}

extension AgentClientFrame: Codable {
    private enum CodingKeys: String, CodingKey {
        case type, text
    }

    private static let userMessageName = "USER_MESSAGE"

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let type = try container.decode(String.self, forKey: .type)
        switch type {
        case Self.userMessageName: self = .userMessage(text: try container.decode(String.self, forKey: .text))
        default: self = .unknown(type: type)
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .userMessage(let text):
            try container.encode(Self.userMessageName, forKey: .type)
            try container.encode(text, forKey: .text)
        case .unknown(let type):
            try container.encode(type, forKey: .type)
        }
    }
}
