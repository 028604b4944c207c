import AgentRuntime
import PlatformSDK

/// The body of a request to the Responses API, without state at the provider.
struct OpenAIResponsesRequest {
    private let request: ModelRequest
    private let model: String
    /// Whether the server is OpenAI's own, which wants fields that others refuse.
    private let isOpenAI: Bool

    /// Takes a request for a model.
    init(_ request: ModelRequest, model: String, isOpenAI: Bool) {
        self.request = request
        self.model = model
        self.isOpenAI = isOpenAI
    }

    /// The body.
    var body: JSON {
        var body: [String: JSON] = [
            "model": .string(model), "input": .array(input), "stream": true, "store": false,
            "stream_options": ["include_obfuscation": false],
        ]
        // Models that do not reason refuse to be asked for their reasoning.
        if reasons { body["include"] = ["reasoning.encrypted_content"] }
        body["instructions"] = request.instructions.map { .string($0) }
        body["max_output_tokens"] = request.maxOutputTokens.map { .integer(Int64($0)) }
        if isOpenAI { body["prompt_cache_key"] = request.promptCacheKey.map { .string($0) } }
        if let effort = request.reasoningEffort, reasons {
            var reasoning: [String: JSON] = ["effort": .string(effort.rawValue)]
            if effort != .none { reasoning["summary"] = "auto" }
            body["reasoning"] = .object(reasoning)
        }
        guard !request.tools.isEmpty else { return .object(body) }
        body["tools"] = .array(request.tools.map(tool))
        body["tool_choice"] = toolChoice
        body["parallel_tool_calls"] = request.parallelToolCalls.map { .bool($0) }
        return .object(body)
    }

    private var reasons: Bool {
        !(["gpt-4", "gpt-3", "chatgpt-"].contains(where: model.hasPrefix) || model.contains("-chat"))
    }

    private func tool(_ tool: ModelTool) -> JSON {
        [
            "type": "function", "name": .string(tool.name), "description": .string(tool.description),
            "parameters": tool.schema, "strict": .bool(tool.isStrict),
        ]
    }

    private var toolChoice: JSON {
        switch request.toolChoice {
        case .auto: "auto"
        case .none: "none"
        case .required: "required"
        case .tool(let name): ["type": "function", "name": .string(name)]
        }
    }

    private var input: [JSON] {
        Conversation(request).steps.flatMap { step -> [JSON] in
            switch step {
            case .said(let text, let origin, let attachments):
                let files = attachments.compactMap(Self.part)
                let role = origin == .user ? "user" : "developer"
                let content: JSON =
                    files.isEmpty ? .string(text) : .array([["type": "input_text", "text": .string(text)]] + files)
                return [["type": "message", "role": .string(role), "content": content]]
            case .answered(let items): return items.compactMap(Self.item)
            case .returned(let outputs):
                return outputs.map {
                    ["type": "function_call_output", "call_id": .string($0.callID), "output": .string($0.text)]
                }
            }
        }
    }

    private static func item(_ item: OutputItem) -> JSON? {
        switch item {
        case .message(let message):
            guard !message.said.isEmpty else { return nil }
            let state = ProviderState(message.providerState, api: OpenAIResponsesMapper.api)?.item.members ?? [:]
            let own: [String: JSON] = [
                "type": "message", "role": "assistant",
                "content": [["type": "output_text", "text": .string(message.said)]],
            ]
            return .object(state.merging(own) { _, own in own })
        case .reasoning(let reasoning):
            return ProviderState(reasoning.providerState, api: OpenAIResponsesMapper.api)
                .flatMap { returned($0.item) }
        case .functionCall(let call):
            return [
                "type": "function_call", "call_id": .string(call.callID), "name": .string(call.name),
                "arguments": .string(call.arguments),
            ]
        default: return nil
        }
    }

    /// An item as it goes back. The provider has kept nothing of it, so reasoning without its content cannot be found.
    private static func returned(_ item: JSON) -> JSON? {
        guard var members = item.members else { return nil }
        if members["type"] == "reasoning", members["encrypted_content"]?.present == nil,
            members["content"]?.elements.isEmpty ?? true
        {
            return nil
        }
        if members["status"] == .null { members["status"] = nil }
        return .object(members)
    }

    /// A file as a part of a message; nil for what the API does not take.
    private static func part(_ file: ModelAttachment) -> JSON? {
        switch file.content {
        case .image: ["type": "input_image", "detail": "auto", "image_url": .string(file.dataURL)]
        case .text(let text): ["type": "input_text", "text": .string(file.quoted(text))]
        case .pdf:
            [
                "type": "input_file", "filename": .string(file.name ?? "file.pdf"), "file_data": .string(file.dataURL),
            ]
        case nil: nil
        }
    }
}
