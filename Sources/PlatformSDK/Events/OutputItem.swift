/// One thing that a response is made of.
public enum OutputItem: Hashable, Sendable {
    /// Text for a reader.
    case message(Message)
    /// What the model thought.
    case reasoning(Reasoning)
    /// A tool that the model asks for.
    case functionCall(FunctionCall)
    /// What a tool answered.
    case functionCallOutput(FunctionCallOutput)
    /// A script that the model asks to be run.
    case scriptExecution(ScriptExecution)
    /// What a script answered.
    case scriptExecutionOutput(ScriptExecutionOutput)
    /// A question to a person: may this call be made?
    case approvalRequest(ApprovalRequest)
    /// A file that the agent sends.
    case file(File)
    /// A failure that belongs between the other items.
    case error(Failure)
    /// Something that was given up.
    case cancelled(Cancelled)
    /// An item of a type that this version does not know, with all its JSON.
    case unknown(type: String, json: OpaqueJSON)

    /// The item's `type` in JSON.
    public var type: String {
        switch self {
        case .message: "message"
        case .reasoning: "reasoning"
        case .functionCall: "function_call"
        case .functionCallOutput: "function_call_output"
        case .scriptExecution: "script_execution"
        case .scriptExecutionOutput: "script_execution_output"
        case .approvalRequest: "approval_request"
        case .file: "file"
        case .error: "error"
        case .cancelled: "cancelled"
        case .unknown(let type, _): type
        }
    }
}

extension OutputItem: Codable {
    private enum CodingKeys: String, CodingKey {
        case type
    }

    /// Reads an item; one of an unknown type keeps its JSON.
    public init(from decoder: any Decoder) throws {
        let type = try decoder.container(keyedBy: CodingKeys.self).decode(String.self, forKey: .type)
        try self.init(type: type, from: decoder)
    }

    /// Writes the type and the item's fields into one object.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(type, forKey: .type)
        try encodeFields(to: encoder, except: ["type"])
    }

    /// Reads the fields of an item whose type stands elsewhere.
    init(type: String, from decoder: any Decoder) throws {
        self =
            switch type {
            case "message": .message(try Message(from: decoder))
            case "reasoning": .reasoning(try Reasoning(from: decoder))
            case "function_call": .functionCall(try FunctionCall(from: decoder))
            case "function_call_output": .functionCallOutput(try FunctionCallOutput(from: decoder))
            case "script_execution": .scriptExecution(try ScriptExecution(from: decoder))
            case "script_execution_output": .scriptExecutionOutput(try ScriptExecutionOutput(from: decoder))
            case "approval_request": .approvalRequest(try ApprovalRequest(from: decoder))
            case "file": .file(try File(from: decoder))
            case "error": .error(try Failure(from: decoder))
            case "cancelled": .cancelled(try Cancelled(from: decoder))
            default: .unknown(type: type, json: try OpaqueJSON(from: decoder))
            }
    }

    /// Writes the item's fields without its type; of an unknown item, without the keys that stand in the envelope.
    func encodeFields(to encoder: any Encoder, except envelopeKeys: Set<String>) throws {
        switch self {
        case .message(let item): try item.encode(to: encoder)
        case .reasoning(let item): try item.encode(to: encoder)
        case .functionCall(let item): try item.encode(to: encoder)
        case .functionCallOutput(let item): try item.encode(to: encoder)
        case .scriptExecution(let item): try item.encode(to: encoder)
        case .scriptExecutionOutput(let item): try item.encode(to: encoder)
        case .approvalRequest(let item): try item.encode(to: encoder)
        case .file(let item): try item.encode(to: encoder)
        case .error(let item): try item.encode(to: encoder)
        case .cancelled(let item): try item.encode(to: encoder)
        case .unknown(_, let json):
            guard case .object(let members) = json else { return }
            var container = encoder.container(keyedBy: OpaqueKey.self)
            for (key, value) in members where !envelopeKeys.contains(key) {
                try container.encode(value, forKey: OpaqueKey(stringValue: key))
            }
        }
    }
}
