import PlatformSDK

extension AgentEvent {
    private typealias Name = AgentServerFrame.Name

    /// The type of the frame that carries the event.
    var typeName: String {
        switch self {
        case .textChunk: Name.textChunk
        case .reasoningChunk: Name.reasoning
        case .toolCall: Name.toolCall
        case .toolResult: Name.toolResult
        case .file: Name.file
        case .approvalRequest: Name.approval
        case .reset: Name.reset
        case .progress: Name.progress
        case .end: Name.end
        }
    }

    /// Reads the event of a frame; nil where its type is not one of an event.
    init?(type: String, _ container: KeyedDecodingContainer<AgentServerFrame.CodingKeys>) throws {
        func text(_ key: AgentServerFrame.CodingKeys) throws -> String {
            try container.decode(String.self, forKey: key)
        }
        func optional(_ key: AgentServerFrame.CodingKeys) throws -> String? {
            try container.decodeIfPresent(String.self, forKey: key)
        }
        switch type {
        case Name.textChunk: self = .textChunk(try text(.text))
        case Name.reasoning: self = .reasoningChunk(try text(.text))
        case Name.reset: self = .reset(text: try text(.text))
        case Name.progress: self = .progress
        case Name.end:
            let model = try? container.decodeIfPresent(String.self, forKey: .model)
            self = .end(
                tokensUsed: max(0, try container.decodeIfPresent(Int.self, forKey: .tokensUsed) ?? 0),
                model: model.flatMap { OfferedModel.isUsable($0) ? $0 : nil })
        case Name.toolCall:
            let label = try optional(.label) ?? ""
            self = .toolCall(ToolCall(callID: try text(.callID), name: try text(.name), label: label))
        case Name.toolResult:
            let success = try container.decodeIfPresent(Bool.self, forKey: .success) ?? true
            let result = try optional(.result) ?? ""
            self = .toolResult(ToolResult(callID: try text(.callID), success: success, result: result))
        case Name.approval:
            self = .approvalRequest(ApprovalRequest(itemID: try text(.itemID), text: try text(.text)))
        case Name.file:
            let location: AgentFile.Location
            if let path = try optional(.path) { location = .path(path) } else { location = .url(try text(.url)) }
            self = .file(
                AgentFile(
                    filename: try text(.filename),
                    mimeType: try optional(.mimeType),
                    size: try container.decodeIfPresent(Int64.self, forKey: .size),
                    location: location
                )
            )
        default: return nil
        }
    }

    /// Writes the fields of the event beside type, run and number.
    func encode(to container: inout KeyedEncodingContainer<AgentServerFrame.CodingKeys>) throws {
        switch self {
        case .textChunk(let text), .reasoningChunk(let text), .reset(let text):
            try container.encode(text, forKey: .text)
        case .progress: break
        case .end(let tokensUsed, let model):
            try container.encode(tokensUsed, forKey: .tokensUsed)
            try container.encodeIfPresent(model, forKey: .model)
        case .toolCall(let call):
            try container.encode(call.callID, forKey: .callID)
            try container.encode(call.name, forKey: .name)
            try container.encode(call.label, forKey: .label)
        case .toolResult(let result):
            try container.encode(result.callID, forKey: .callID)
            try container.encode(result.success, forKey: .success)
            try container.encode(result.result, forKey: .result)
        case .approvalRequest(let request):
            try container.encode(request.itemID, forKey: .itemID)
            try container.encode(request.text, forKey: .text)
        case .file(let file):
            try container.encode(file.filename, forKey: .filename)
            try container.encodeIfPresent(file.mimeType, forKey: .mimeType)
            try container.encodeIfPresent(file.size, forKey: .size)
            switch file.location {
            case .path(let path): try container.encode(path, forKey: .path)
            case .url(let url): try container.encode(url, forKey: .url)
            }
        }
    }

    /// The event's text where it may be continued in a further frame; nil where it has none.
    var continuableText: String? {
        switch self {
        case .textChunk(let text), .reasoningChunk(let text), .reset(let text): text
        default: nil
        }
    }

    /// The event with another text, where it has one that may be continued.
    func withText(_ text: String) -> AgentEvent {
        switch self {
        case .textChunk: .textChunk(text)
        case .reasoningChunk: .reasoningChunk(text)
        case .reset: .reset(text: text)
        default: self
        }
    }

    /// The event with its summaries cut to a size that fits into a frame.
    func withShortSummaries(maximumBytes: Int) -> AgentEvent {
        func cut(_ text: String) -> String { text.pieces(maximumBytes: maximumBytes).first ?? "" }
        switch self {
        case .toolCall(var call):
            call.label = cut(call.label)
            return .toolCall(call)
        case .toolResult(var result):
            result.result = cut(result.result)
            return .toolResult(result)
        case .approvalRequest(var request):
            request.text = cut(request.text)
            return .approvalRequest(request)
        default: return self
        }
    }
}

extension AgentServerFrame {
    /// The largest piece of text in one frame, in bytes: in JSON no byte grows to more than six.
    static let maximumChunkBytes = AgentFrameCodec.maximumMessageBytes / 8

    /// The frames that carry an event: one, or several with one number where its text is too long for one.
    static func frames(of runID: String, _ event: RunEvent, after: Int?) -> [AgentServerFrame] {
        guard let text = event.event.continuableText, text.utf8.count > maximumChunkBytes else {
            let event = RunEvent(seq: event.seq, event.event.withShortSummaries(maximumBytes: 16 << 10))
            return [.run(runID, event, after: after)]
        }
        let pieces = text.pieces(maximumBytes: maximumChunkBytes)
        return pieces.enumerated().map { index, piece in
            let part = RunEvent(seq: event.seq, event.event.withText(piece))
            return .run(runID, part, part: index, isContinued: index < pieces.count - 1, after: after)
        }
    }
}

extension String {
    /// The text in pieces of at most so many bytes of UTF-8 (at least 4) that end between Unicode scalars.
    func pieces(maximumBytes: Int) -> [String] {
        var pieces: [String] = []
        var rest = self[...]
        while !rest.isEmpty {
            var end =
                rest.utf8.index(rest.startIndex, offsetBy: maximumBytes, limitedBy: rest.endIndex) ?? rest.endIndex
            while end < rest.endIndex, UTF8.isContinuation(rest.utf8[end]) { rest.utf8.formIndex(before: &end) }
            pieces.append(String(rest[..<end]))
            rest = rest[end...]
        }
        return pieces
    }
}
