import AgentRuntime
import PlatformSDK

/// The body of a request to the Messages API.
struct AnthropicRequest {
    private let request: ModelRequest
    private let model: String
    private let defaultMaximumTokens: Int
    /// Whether thinking goes back only with its signature: one that was cut off has none, nor has another server's.
    private let needsSignatures: Bool

    /// Takes a request for a model, and the limit of an answer whose request sets none.
    init(_ request: ModelRequest, model: String, defaultMaximumTokens: Int, needsSignatures: Bool) {
        self.needsSignatures = needsSignatures
        self.request = request
        self.model = model
        self.defaultMaximumTokens = defaultMaximumTokens
    }

    /// The body.
    var body: JSON {
        let thinking = thinking
        var body: [String: JSON] = [
            "model": .string(model), "messages": .array(messages), "stream": true,
            "max_tokens": .integer(Int64(thinking.maximumTokens)),
        ]
        if let instructions = request.instructions, !instructions.isEmpty {
            body["system"] = .array([marked(["type": "text", "text": .string(instructions)])])
        }
        body["thinking"] = thinking.form
        body["output_config"] = thinking.effort.map { ["effort": .string($0)] }
        guard !request.tools.isEmpty else { return .object(body) }
        body["tools"] = .array(request.tools.map(tool))
        body["tool_choice"] = toolChoice
        return .object(body)
    }

    // Tools

    private func tool(_ tool: ModelTool) -> JSON {
        var members: [String: JSON] = [
            "name": .string(tool.name), "description": .string(tool.description), "input_schema": tool.schema,
        ]
        if tool.isStrict { members["strict"] = true }
        return .object(members)
    }

    private var toolChoice: JSON {
        var choice: [String: JSON] =
            switch request.toolChoice {
            case .auto: ["type": "auto"]
            case .none: ["type": "none"]
            case .required: ["type": "any"]
            case .tool(let name): ["type": "tool", "name": .string(name)]
            }
        if request.parallelToolCalls == false, request.toolChoice != .none {
            choice["disable_parallel_tool_use"] = true
        }
        return .object(choice)
    }

    // Thinking

    private var thinking: (form: JSON?, effort: String?, maximumTokens: Int) {
        let limit = request.maxOutputTokens ?? defaultMaximumTokens
        let isForced = !request.tools.isEmpty && request.toolChoice != .auto && request.toolChoice != .none
        guard let effort = request.reasoningEffort, effort != .none else { return (nil, nil, limit) }
        switch ThinkingForm(model: model) {
        case .none: return (nil, nil, limit)
        case .adaptive:
            // A forced call and thinking exclude each other.
            let form: JSON? = isForced ? nil : ["type": "adaptive", "display": "summarized"]
            return (form, ThinkingForm.effort(effort, model: model), request.maxOutputTokens ?? limit * 2)
        case .budget:
            // The budget is part of the limit: an explicit limit stands, and the answer keeps some of it.
            let wanted = Self.budget(effort)
            let budget = request.maxOutputTokens.map { min(wanted, $0 - 1024) } ?? wanted
            guard !isForced, budget >= 1024 else { return (nil, nil, limit) }
            let form: JSON = ["type": "enabled", "budget_tokens": .integer(Int64(budget))]
            return (form, nil, request.maxOutputTokens ?? limit + budget)
        }
    }

    private static func budget(_ effort: ReasoningEffort) -> Int {
        switch effort {
        case .none, .minimal: 1024
        case .low: 4096
        case .medium: 8192
        case .high: 16_384
        case .xhigh, .max: 32_768
        }
    }

    // Messages

    private var messages: [JSON] {
        var messages: [(role: String, content: [JSON])] = []
        for step in Conversation(request).steps {
            let role = if case .answered = step { "assistant" } else { "user" }
            let content = blocks(step)
            // Roles take turns, and the person begins.
            if content.isEmpty || (messages.isEmpty && role == "assistant") { continue }
            if messages.last?.role == role {
                messages[messages.count - 1].content += content
            } else {
                messages.append((role, content))
            }
        }
        if let last = messages.last?.content.last {
            let end = messages.count - 1
            messages[end].content[messages[end].content.count - 1] = marked(last)
        }
        return messages.map { ["role": .string($0.role), "content": .array($0.content)] }
    }

    private func blocks(_ step: Conversation.Step) -> [JSON] {
        switch step {
        // The model sees better what stands before the question about it.
        case .said(let text, _, let files): files.compactMap(Self.block) + Self.text(text)
        case .answered(let items): items.flatMap(blocks)
        case .returned(let outputs):
            outputs.map { output in
                var result: [String: JSON] = [
                    "type": "tool_result", "tool_use_id": .string(Self.callID(output.callID)),
                    "content": .string(output.text),
                ]
                if !output.isSuccess { result["is_error"] = true }
                return .object(result)
            }
        }
    }

    private func blocks(_ item: OutputItem) -> [JSON] {
        switch item {
        case .message(let message): return Self.text(message.said)
        case .reasoning(let reasoning):
            guard let block = ProviderState(reasoning.providerState, api: AnthropicMapper.api)?.item else { return [] }
            let isUnsigned = block["type"] == "thinking" && (block["signature"]?.string ?? "").isEmpty
            return isUnsigned && needsSignatures ? [] : [block]
        case .functionCall(let call):
            let input = JSONReader.read(call.arguments)
            var block: [String: JSON] = [
                "type": "tool_use", "id": .string(Self.callID(call.callID)), "name": .string(call.name),
                "input": input?.members == nil ? [:] : input ?? [:],
            ]
            block["caller"] = call.caller.map { JSON($0) }
            return [.object(block)]
        default: return []
        }
    }

    /// A block of text; none for text that is blank, which the API refuses.
    private static func text(_ text: String) -> [JSON] {
        text.allSatisfy(\.isWhitespace) ? [] : [["type": "text", "text": .string(text)]]
    }

    /// A call's id in the characters that the API takes; other providers' ids may hold others.
    private static func callID(_ id: String) -> String {
        String(String.UnicodeScalarView(id.unicodeScalars.map { allowed.contains($0) ? $0 : "_" }))
    }

    private static let allowed = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-".unicodeScalars)

    /// The largest image that the API takes, in bytes of base64.
    private static let maximumImageBytes = 5 << 20

    /// A file as a block; nil for what the API does not take.
    private static func block(_ file: ModelAttachment) -> JSON? {
        var block: [String: JSON]
        switch file.content {
        case .image:
            let data = file.base64
            guard data.utf8.count <= maximumImageBytes else { return nil }
            return ["type": "image", "source": source("base64", file.mediaType, data)]
        case .pdf: block = ["type": "document", "source": source("base64", file.mediaType, file.base64)]
        case .text(let text):
            guard !text.allSatisfy(\.isWhitespace) else { return nil }
            block = ["type": "document", "source": source("text", "text/plain", text)]
        case nil: return nil
        }
        block["title"] = file.name.map { .string($0) }
        return .object(block)
    }

    private static func source(_ type: String, _ mediaType: String, _ data: String) -> JSON {
        ["type": .string(type), "media_type": .string(mediaType), "data": .string(data)]
    }

    /// Marks a block as the end of what is worth caching, where the request has a prefix in common with others.
    private func marked(_ block: JSON) -> JSON {
        // Thinking cannot be marked.
        guard request.promptCacheKey != nil, block["thinking"] == nil, block["type"] != "redacted_thinking",
            var members = block.members
        else { return block }
        members["cache_control"] = ["type": "ephemeral"]
        return .object(members)
    }
}
