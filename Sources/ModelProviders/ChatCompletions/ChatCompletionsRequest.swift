import AgentRuntime
import PlatformSDK

/// The body of a request to the Chat Completions API.
struct ChatCompletionsRequest {
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
            "model": .string(model), "messages": .array(messages), "stream": true,
            "stream_options": ["include_usage": true],
        ]
        let limit = request.maxOutputTokens.map { JSON.integer(Int64($0)) }
        body[isOpenAI ? "max_completion_tokens" : "max_tokens"] = limit
        body["reasoning_effort"] = request.reasoningEffort.map { .string($0.rawValue) }
        if isOpenAI {
            body["prompt_cache_key"] = request.promptCacheKey.map { .string($0) }
            body["stream_options"] = ["include_usage": true, "include_obfuscation": false]
        }
        guard !request.tools.isEmpty else { return .object(body) }
        body["tools"] = .array(request.tools.map(tool))
        body["tool_choice"] = toolChoice
        body["parallel_tool_calls"] = request.parallelToolCalls.map { .bool($0) }
        return .object(body)
    }

    private func tool(_ tool: ModelTool) -> JSON {
        var function: [String: JSON] = [
            "name": .string(tool.name), "description": .string(tool.description), "parameters": tool.schema,
        ]
        if tool.isStrict { function["strict"] = true }
        return ["type": "function", "function": .object(function)]
    }

    private var toolChoice: JSON {
        switch request.toolChoice {
        case .auto: "auto"
        case .none: "none"
        case .required: "required"
        case .tool(let name): ["type": "function", "function": ["name": .string(name)]]
        }
    }

    private var messages: [JSON] {
        let conversation = Conversation(request)
        let reasoning = isOpenAI ? nil : ChatReasoning(request.history)
        let system = request.instructions.map { [Self.message("system", .string($0))] } ?? []
        return system
            + conversation.steps.flatMap { step -> [JSON] in
                switch step {
                case .said(let text, let origin, let attachments):
                    let files = attachments.compactMap(part)
                    let content: JSON =
                        files.isEmpty ? .string(text) : .array([["type": "text", "text": .string(text)]] + files)
                    return [Self.message(origin == .user ? "user" : "system", content)]
                case .answered(let items): return Self.answer(items, reasoning).list
                case .returned(let outputs):
                    return outputs.map {
                        ["role": "tool", "tool_call_id": .string($0.callID), "content": .string($0.text)]
                    }
                }
            }
    }

    private static func message(_ role: String, _ content: JSON) -> JSON {
        ["role": .string(role), "content": content]
    }

    /// One message with all that the model answered; nil where nothing of it can be shown.
    private static func answer(_ items: [OutputItem], _ reasoning: ChatReasoning?) -> JSON? {
        var text: [String] = []
        var calls: [JSON] = []
        for item in items {
            switch item {
            case .message(let message): text.append(message.said)
            case .functionCall(let call):
                // Templates of local models parse the arguments, and fail on what is no object.
                let isObject = JSONReader.read(call.arguments)?.members != nil
                calls.append([
                    "id": .string(call.callID), "type": "function",
                    "function": ["name": .string(call.name), "arguments": .string(isObject ? call.arguments : "{}")],
                ])
            default: continue
            }
        }
        let said = text.filter { !$0.isEmpty }.joined(separator: "\n\n")
        guard !said.isEmpty || !calls.isEmpty else { return nil }
        var answer: [String: JSON] = ["role": "assistant", "content": said.isEmpty ? .null : .string(said)]
        if !calls.isEmpty {
            answer["tool_calls"] = .array(calls)
            if let reasoning { answer[reasoning.field] = .string(reasoning.text(items)) }
        }
        return .object(answer)
    }

    /// A file as a part of a message; nil for what the server does not take. Only OpenAI's own takes documents.
    private func part(_ file: ModelAttachment) -> JSON? {
        switch file.content {
        case .image: ["type": "image_url", "image_url": ["url": .string(file.dataURL)]]
        case .text(let text): ["type": "text", "text": .string(file.quoted(text))]
        case .pdf where isOpenAI:
            [
                "type": "file",
                "file": ["filename": .string(file.name ?? "file.pdf"), "file_data": .string(file.dataURL)],
            ]
        case .pdf, nil: nil
        }
    }
}
