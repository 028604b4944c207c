import AgentRuntime
import PlatformSDK
import Testing

@testable import ModelProviders

/// A conversation with everything that a history can hold, and what each API is asked with it.
@Suite("Requests")
struct RequestTests {
    private static let openAIState = ProviderState(
        api: "openai-responses",
        item: ["type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "gAAA", "status": .null]
    )
    private static let lostState = ProviderState(api: "openai-responses", item: ["type": "reasoning", "id": "rs_2"])
    private static let anthropicState = ProviderState(
        api: "anthropic",
        item: ["type": "thinking", "thinking": "hm", "signature": "Eq=="]
    )
    private static let phase = ProviderState(api: "openai-responses", item: ["phase": "commentary"])

    private static let history: [OutputItem] = [
        .message(.init(content: "too early")),
        .message(.init(content: "weather?", origin: .user)),
        .message(.init(content: "in two towns", origin: .user)),
        .reasoning(.init(content: "hm", providerState: openAIState.opaque)),
        .reasoning(.init(providerState: lostState.opaque)),
        .reasoning(.init(content: "hm", providerState: anthropicState.opaque)),
        .reasoning(.init(content: "chat")),
        .message(.init(content: "I look.", providerState: phase.opaque)),
        .functionCall(.init(name: "weather", arguments: #"{"city":"Rome"}"#, callID: "call:1")),
        .functionCall(
            .init(name: "weather", arguments: #"{"cut"#, callID: "call_2", caller: .object(["type": .string("direct")]))
        ),
        .approvalRequest(.init()),
        .functionCallOutput(.init(callID: "call:1", output: "sun")),
        .message(.init(content: " \n")),
        .error(.init(code: "X", message: "not for models")),
        .message(.init(content: "Sun.", refusal: " No more.")),
        .message(.init(content: "The time is 12.", origin: .system)),
        .message(.init(content: "thanks", origin: .user)),
    ]

    private func request(_ change: (inout ModelRequest) -> Void = { _ in }) -> ModelRequest {
        var request = ModelRequest(id: "req", instructions: "Be brief.", history: Self.history)
        request.tools = [
            ModelTool(name: "weather", description: "Tells it.", parameters: .object(["type": .string("object")]))
        ]
        change(&request)
        return request
    }

    private func responses(
        _ model: String = "gpt-5.4", isOpenAI: Bool = true, _ change: (inout ModelRequest) -> Void = { _ in }
    ) -> JSON {
        OpenAIResponsesRequest(request(change), model: model, isOpenAI: isOpenAI).body
    }

    private func messages(_ model: String = "claude-opus-4-7", _ change: (inout ModelRequest) -> Void = { _ in })
        -> JSON
    {
        AnthropicRequest(request(change), model: model, defaultMaximumTokens: 8192, needsSignatures: true).body
    }

    private func chat(isOpenAI: Bool = false, _ change: (inout ModelRequest) -> Void = { _ in }) -> JSON {
        ChatCompletionsRequest(request(change), model: "m", isOpenAI: isOpenAI).body
    }

    private func parsed(_ text: String) throws -> JSON { try #require(JSONReader.read(text)) }

    private let noOutput = "The call was interrupted; whether it had an effect is unknown."

    @Test("Responses: the whole history, without state at the provider")
    func responsesInput() throws {
        let body = responses()
        let expected = try parsed(
            """
            [{"type":"message","role":"assistant","content":[{"type":"output_text","text":"too early"}]},
             {"type":"message","role":"user","content":"weather?"},
             {"type":"message","role":"user","content":"in two towns"},
             {"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"gAAA"},
             {"type":"message","role":"assistant","phase":"commentary","content":[{"type":"output_text","text":"I look."}]},
             {"type":"function_call","call_id":"call:1","name":"weather","arguments":"{\\"city\\":\\"Rome\\"}"},
             {"type":"function_call","call_id":"call_2","name":"weather","arguments":"{\\"cut"},
             {"type":"function_call_output","call_id":"call:1","output":"sun"},
             {"type":"function_call_output","call_id":"call_2","output":"\(noOutput)"},
             {"type":"message","role":"assistant","content":[{"type":"output_text","text":" \\n"}]},
             {"type":"message","role":"assistant","content":[{"type":"output_text","text":"Sun. No more."}]},
             {"type":"message","role":"developer","content":"The time is 12."},
             {"type":"message","role":"user","content":"thanks"}]
            """
        )
        #expect(body["input"] == expected)
        #expect(body["store"] == false && body["stream"] == true && body["instructions"] == "Be brief.")
        #expect(body["include"] == ["reasoning.encrypted_content"])
        #expect(body["stream_options"] == ["include_obfuscation": false])
        #expect(body["reasoning"] == nil && body["previous_response_id"] == nil)
        let tool: JSON = [
            "type": "function", "name": "weather", "description": "Tells it.", "parameters": ["type": "object"],
            "strict": false,
        ]
        #expect(body["tools"] == [tool] && body["tool_choice"] == "auto")
    }

    @Test("Responses: options, and models that do not reason")
    func responsesOptions() {
        let body = responses {
            $0.reasoningEffort = .high
            $0.maxOutputTokens = 99
            $0.parallelToolCalls = false
            $0.toolChoice = .tool("weather")
            $0.promptCacheKey = "thread-1"
        }
        #expect(body["reasoning"] == ["effort": "high", "summary": "auto"] && body["max_output_tokens"] == 99)
        #expect(body["parallel_tool_calls"] == false && body["prompt_cache_key"] == "thread-1")
        #expect(body["tool_choice"] == ["type": "function", "name": "weather"])
        let plain = responses("gpt-4.1") { $0.reasoningEffort = .high }
        #expect(plain["include"] == nil && plain["reasoning"] == nil)
        let other = responses(isOpenAI: false) { $0.promptCacheKey = "thread-1" }
        #expect(other["prompt_cache_key"] == nil && other["store"] == false)
        let bare = responses { $0.tools = [] }
        #expect(bare["tools"] == nil && bare["tool_choice"] == nil)
    }

    @Test("Messages: roles take turns, and results are a person's")
    func messagesInput() throws {
        let body = messages()
        let expected = try parsed(
            """
            [{"role":"user","content":[{"type":"text","text":"weather?"},{"type":"text","text":"in two towns"}]},
             {"role":"assistant","content":[{"type":"thinking","thinking":"hm","signature":"Eq=="},
              {"type":"text","text":"I look."},
              {"type":"tool_use","id":"call_1","name":"weather","input":{"city":"Rome"}},
              {"type":"tool_use","id":"call_2","name":"weather","input":{},"caller":{"type":"direct"}}]},
             {"role":"user","content":[{"type":"tool_result","tool_use_id":"call_1","content":"sun"},
              {"type":"tool_result","tool_use_id":"call_2","content":"\(noOutput)","is_error":true}]},
             {"role":"assistant","content":[{"type":"text","text":"Sun. No more."}]},
             {"role":"user","content":[{"type":"text","text":"The time is 12."},{"type":"text","text":"thanks"}]}]
            """
        )
        #expect(body["messages"] == expected)
        #expect(body["system"] == [["type": "text", "text": "Be brief."]] && body["max_tokens"] == 8192)
        let tool: JSON = ["name": "weather", "description": "Tells it.", "input_schema": ["type": "object"]]
        #expect(body["tools"] == [tool] && body["tool_choice"] == ["type": "auto"] && body["thinking"] == nil)
    }

    @Test(
        "Messages: thinking without its signature goes back to servers that have none only", arguments: [true, false])
    func unsignedThinking(needsSignatures: Bool) {
        func thought(_ block: JSON) -> OutputItem {
            .reasoning(.init(providerState: ProviderState(api: "anthropic", item: block).opaque))
        }
        let blocks: [JSON] = [
            ["type": "thinking", "thinking": "cut", "signature": ""], ["type": "thinking", "thinking": "old"],
            ["type": "thinking", "thinking": "", "signature": "Eq=="], ["type": "redacted_thinking", "data": "x"],
        ]
        let request = ModelRequest(
            id: "req", history: [.message(.init(content: "hi", origin: .user))] + blocks.map(thought))
        let body = AnthropicRequest(
            request, model: "m", defaultMaximumTokens: 1, needsSignatures: needsSignatures
        ).body
        let sent = body["messages"]?.elements.last?["content"]?.elements
        #expect(sent == (needsSignatures ? Array(blocks.suffix(2)) : blocks))
    }

    @Test("Messages: the form of thinking is the model's")
    func thinking() {
        let adaptive = messages { $0.reasoningEffort = .medium }
        #expect(adaptive["thinking"] == ["type": "adaptive", "display": "summarized"])
        #expect(adaptive["output_config"] == ["effort": "medium"] && adaptive["max_tokens"] == 16_384)
        let budget = messages("claude-sonnet-4-5") { $0.reasoningEffort = .medium }
        #expect(budget["thinking"] == ["type": "enabled", "budget_tokens": 8192] && budget["max_tokens"] == 16_384)
        #expect(budget["output_config"] == nil)
        let tight = messages("claude-sonnet-4-5") {
            $0.reasoningEffort = .high
            $0.maxOutputTokens = 4096
        }
        #expect(tight["thinking"] == ["type": "enabled", "budget_tokens": 3072] && tight["max_tokens"] == 4096)
        let tooTight = messages("claude-sonnet-4-5") {
            $0.reasoningEffort = .high
            $0.maxOutputTokens = 1500
        }
        #expect(tooTight["thinking"] == nil && tooTight["max_tokens"] == 1500)
        #expect(messages("claude-3-5-haiku-latest") { $0.reasoningEffort = .high }["thinking"] == nil)
        let forced = messages {
            $0.reasoningEffort = .high
            $0.toolChoice = .required
        }
        #expect(forced["thinking"] == nil && forced["tool_choice"] == ["type": "any"])
    }

    @Test("Messages: what is worth caching is marked, and one call at a time is asked for")
    func messagesOptions() throws {
        let body = messages {
            $0.promptCacheKey = "thread-1"
            $0.parallelToolCalls = false
            $0.attachments = [16: [ModelAttachment(mediaType: "image/png", data: [1, 2, 3])]]
        }
        let mark: JSON = ["type": "ephemeral"]
        #expect(body["system"]?.elements.first?["cache_control"] == mark)
        let last = try #require(body["messages"]?.elements.last?["content"]?.elements)
        #expect(last.last?["cache_control"] == mark)
        #expect(last.contains { $0["source"]?["data"] == "AQID" && $0["source"]?["media_type"] == "image/png" })
        #expect(body["tool_choice"] == ["type": "auto", "disable_parallel_tool_use": true])
    }

    @Test("Chat: one message for an answer, one for each output")
    func chatInput() throws {
        let body = chat()
        let expected = try parsed(
            """
            [{"role":"system","content":"Be brief."},{"role":"assistant","content":"too early"},
             {"role":"user","content":"weather?"},{"role":"user","content":"in two towns"},
             {"role":"assistant","content":"I look.","tool_calls":[
              {"id":"call:1","type":"function","function":{"name":"weather","arguments":"{\\"city\\":\\"Rome\\"}"}},
              {"id":"call_2","type":"function","function":{"name":"weather","arguments":"{}"}}]},
             {"role":"tool","tool_call_id":"call:1","content":"sun"},
             {"role":"tool","tool_call_id":"call_2","content":"\(noOutput)"},
             {"role":"assistant","content":" \\n\\n\\nSun. No more."},
             {"role":"system","content":"The time is 12."},{"role":"user","content":"thanks"}]
            """
        )
        #expect(body["messages"] == expected)
        #expect(body["stream_options"] == ["include_usage": true])
        let function: JSON = ["name": "weather", "description": "Tells it.", "parameters": ["type": "object"]]
        #expect(body["tools"] == [["type": "function", "function": function]])
    }

    @Test("Chat: thinking goes back with calls, in the field that it came in, and not to OpenAI")
    func chatReasoning() throws {
        func thought(_ text: String, _ field: String) -> OutputItem {
            .reasoning(.init(content: text, providerState: ChatReasoning(field: field).state.opaque))
        }
        let change: (inout ModelRequest) -> Void = {
            $0.history = [
                .message(.init(content: "weather?", origin: .user)),
                .functionCall(.init(name: "weather", arguments: "{}", callID: "c1")),
                .functionCallOutput(.init(callID: "c1", output: "sun")),
                thought("So it ", "reasoning"), thought("shines.", "reasoning_content"),
                .functionCall(.init(name: "weather", arguments: "{}", callID: "c2")),
                .functionCallOutput(.init(callID: "c2", output: "rain")),
                thought("Done.", "reasoning_content"), .message(.init(content: "Sun.")),
                .message(.init(content: "thanks", origin: .user)),
                .reasoning(.init(content: "another API's", providerState: Self.anthropicState.opaque)),
                .functionCall(.init(name: "weather", arguments: "{}", callID: "c3")),
            ]
        }
        let answers = (chat(change)["messages"]?.elements ?? []).filter { $0["role"] == "assistant" }
        #expect(answers.map { $0["reasoning_content"] } == ["", "So it shines.", nil, ""])
        #expect(answers.allSatisfy { $0["reasoning"] == nil })
        let openAI = (chat(isOpenAI: true, change)["messages"]?.elements ?? [])
        #expect(openAI.allSatisfy { $0["reasoning_content"] == nil })
        // Where no server has ever sent thinking, none is told of it.
        let plain = (chat()["messages"]?.elements ?? [])
        #expect(plain.allSatisfy { $0["reasoning_content"] == nil && $0["reasoning"] == nil })
    }

    @Test("Chat: the limit and the cache key go by the names that the server knows")
    func chatOptions() {
        let change: (inout ModelRequest) -> Void = {
            $0.maxOutputTokens = 50
            $0.promptCacheKey = "k"
            $0.reasoningEffort = .low
            $0.toolChoice = .tool("weather")
            $0.attachments = [16: [ModelAttachment(mediaType: "image/png", data: [1, 2, 3])]]
        }
        let local = chat(change)
        #expect(local["max_tokens"] == 50 && local["max_completion_tokens"] == nil && local["prompt_cache_key"] == nil)
        #expect(local["reasoning_effort"] == "low")
        #expect(local["tool_choice"] == ["type": "function", "function": ["name": "weather"]])
        let last = local["messages"]?.elements.last?["content"]?.elements.last
        #expect(last?["image_url"]?["url"] == "data:image/png;base64,AQID")
        let openAI = chat(isOpenAI: true, change)
        #expect(openAI["max_completion_tokens"] == 50 && openAI["prompt_cache_key"] == "k")
    }

    @Test("An answer goes back as it came", arguments: ["reasoning-and-calls", "hosted-tools"])
    func roundTrip(name: String) throws {
        let stream = try #require(GoldenStream.all.first { $0.name == name })
        var reader = ModelStreamReader(mapper: OpenAIResponsesMapper(prefix: "req"))
        let items = reader.feed(stream.bytes).events.compactMap { event -> OutputItem? in
            guard case .itemDone(let done) = event else { return nil }
            return done.finalItem
        }
        let body = OpenAIResponsesRequest(ModelRequest(id: "next", history: items), model: "gpt-5.4", isOpenAI: true)
            .body
        let sent = (body["input"]?.elements ?? []).filter { $0["encrypted_content"] != nil || $0["phase"] != nil }
        #expect(!sent.isEmpty)
        let hosted = (body["input"]?.elements ?? []).compactMap { $0["type"]?.string }.filter { $0.hasSuffix("_call") }
        #expect(hosted.contains(name == "hosted-tools" ? "web_search_call" : "function_call"))
    }
}
