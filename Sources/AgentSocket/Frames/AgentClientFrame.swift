package import PlatformSDK

/// A frame that the bridge sends to the agent: one JSON object in one WebSocket text message.
package enum AgentClientFrame: Hashable, Sendable {
    /// A message of a person in the base protocol, which names no run.
    case userMessage(text: String)
    /// A message of a person that starts a run.
    case runMessage(MessageRequest)
    /// Nobody wants the run any more: the agent stops it.
    case cancel(runID: String)
    /// The bridge wants the run's events after the cursor, in place of any delivery of it on this connection.
    case resume(runID: String, after: Int)
    /// A person's answer to an approval request.
    case approval(runID: String, itemID: String, ApprovalDecision)
    /// The bridge wants to know what a user has spent, in all and in one conversation.
    case usage(requestID: String, userID: String, threadID: String)
    /// A frame of a type that the protocol does not have.
    case unknown(type: String)
}

extension AgentClientFrame: Codable {
    private enum CodingKeys: String, CodingKey {
        case type, text, skills, soul, attachments, after, decision, model, history
        case runID = "run_id"
        case threadID = "thread_id"
        case turnID = "turn_id"
        case userID = "user_id"
        case itemID = "item_id"
        case requestID = "request_id"
        case traceContext = "trace_context"
    }

    private enum Name {
        static let userMessage = "USER_MESSAGE"
        static let cancel = "CANCEL"
        static let resume = "RESUME"
        static let approval = "APPROVAL"
        static let usage = "USAGE"
    }

    private struct TraceContext: Codable {
        var traceparent: String?
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let type = try container.decode(String.self, forKey: .type)
        switch type {
        case Name.userMessage: self = try Self.message(container)
        case Name.cancel: self = .cancel(runID: try Self.runID(container))
        case Name.usage:
            self = .usage(
                requestID: try Self.id(.requestID, container),
                userID: try container.decode(String.self, forKey: .userID),
                threadID: try container.decodeIfPresent(String.self, forKey: .threadID) ?? "default")
        case Name.resume:
            let after = try container.decodeIfPresent(Int.self, forKey: .after) ?? 0
            self = .resume(runID: try Self.runID(container), after: max(0, after))
        case Name.approval:
            guard let decision = ApprovalDecision(rawValue: try container.decode(String.self, forKey: .decision)) else {
                throw DecodingError.dataCorruptedError(
                    forKey: .decision, in: container, debugDescription: "not a decision")
            }
            let itemID = try container.decode(String.self, forKey: .itemID)
            self = .approval(runID: try Self.runID(container), itemID: itemID, decision)
        default: self = .unknown(type: type)
        }
    }

    private static func message(_ container: KeyedDecodingContainer<CodingKeys>) throws -> Self {
        let text = try container.decode(String.self, forKey: .text)
        guard container.contains(.runID) else { return .userMessage(text: text) }
        let trace = try container.decodeIfPresent(TraceContext.self, forKey: .traceContext)
        return .runMessage(
            MessageRequest(
                userID: try container.decodeIfPresent(String.self, forKey: .userID) ?? "",
                threadID: try container.decodeIfPresent(String.self, forKey: .threadID) ?? "default",
                runID: try runID(container),
                turnID: try container.decodeIfPresent(String.self, forKey: .turnID),
                text: text,
                skills: try container.decodeIfPresent([String].self, forKey: .skills) ?? [],
                soul: try container.decodeIfPresent([String: String].self, forKey: .soul) ?? [:],
                attachments: try container.decodeIfPresent([WireAttachment].self, forKey: .attachments)?
                    .map(\.attachment) ?? [],
                traceparent: trace?.traceparent,
                model: try model(container),
                history: try container.decodeIfPresent([ThreadPassage].self, forKey: .history) ?? []
            )
        )
    }

    private static func runID(_ container: KeyedDecodingContainer<CodingKeys>) throws -> String {
        try id(.runID, container)
    }

    /// An id, which must be fit to be a key: neither empty nor long.
    private static func id(_ key: CodingKeys, _ container: KeyedDecodingContainer<CodingKeys>) throws -> String {
        let id = try container.decode(String.self, forKey: key)
        guard (1...AgentFrameCodec.maximumRunIDBytes).contains(id.utf8.count) else {
            throw DecodingError.typeMismatch(
                String.self, .init(codingPath: [key], debugDescription: "empty or too long"))
        }
        return id
    }

    private static func model(_ container: KeyedDecodingContainer<CodingKeys>) throws -> String? {
        guard let model = try container.decodeIfPresent(String.self, forKey: .model) else { return nil }
        guard OfferedModel.isUsable(model) else {
            throw DecodingError.typeMismatch(
                String.self, .init(codingPath: [CodingKeys.model], debugDescription: "not the name of a model"))
        }
        return model
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .userMessage(let text):
            try container.encode(Name.userMessage, forKey: .type)
            try container.encode(text, forKey: .text)
        case .runMessage(let request):
            try container.encode(Name.userMessage, forKey: .type)
            try container.encode(request.text, forKey: .text)
            try container.encode(request.runID, forKey: .runID)
            try container.encode(request.threadID, forKey: .threadID)
            try container.encode(request.userID, forKey: .userID)
            try container.encodeIfPresent(request.turnID, forKey: .turnID)
            try container.encode(request.skills, forKey: .skills)
            if !request.soul.isEmpty { try container.encode(request.soul, forKey: .soul) }
            try container.encode(request.attachments.map(WireAttachment.init), forKey: .attachments)
            try container.encodeIfPresent(request.model, forKey: .model)
            if !request.history.isEmpty { try container.encode(request.history, forKey: .history) }
            if let traceparent = request.traceparent {
                try container.encode(TraceContext(traceparent: traceparent), forKey: .traceContext)
            }
        case .cancel(let runID):
            try container.encode(Name.cancel, forKey: .type)
            try container.encode(runID, forKey: .runID)
        case .resume(let runID, let after):
            try container.encode(Name.resume, forKey: .type)
            try container.encode(runID, forKey: .runID)
            try container.encode(after, forKey: .after)
        case .approval(let runID, let itemID, let decision):
            try container.encode(Name.approval, forKey: .type)
            try container.encode(runID, forKey: .runID)
            try container.encode(itemID, forKey: .itemID)
            try container.encode(decision.rawValue, forKey: .decision)
        case .usage(let requestID, let userID, let threadID):
            try container.encode(Name.usage, forKey: .type)
            try container.encode(requestID, forKey: .requestID)
            try container.encode(userID, forKey: .userID)
            try container.encode(threadID, forKey: .threadID)
        case .unknown(let type):
            try container.encode(type, forKey: .type)
        }
    }
}

/// An attachment as it stands on the wire.
private struct WireAttachment: Codable {
    var path: String
    var mimeType: String?
    var size: Int64?
    var filename: String?

    private enum CodingKeys: String, CodingKey {
        case path, size, filename
        case mimeType = "mime_type"
    }

    init(_ attachment: Attachment) {
        path = attachment.path
        mimeType = attachment.mimeType
        size = attachment.size
        filename = attachment.filename
    }

    var attachment: Attachment {
        Attachment(
            path: path,
            mimeType: mimeType ?? "application/octet-stream",
            size: max(0, size ?? 0),
            filename: filename ?? "file"
        )
    }
}
