import AgentRuntime
import Foundation
import HTTP
import PlatformSDK
import Testing

@testable import ModelProviders

@Suite("Small values of the providers")
struct ValueTests {
    @Test(
        "The form of thinking by the model's name",
        arguments: [
            ("claude-opus-4-7", ThinkingForm.adaptive), ("claude-opus-4-6", .adaptive), ("claude-sonnet-5", .adaptive),
            ("claude-mythos-preview", .adaptive), ("anthropic.claude-opus-4-6-v1", .adaptive),
            ("claude-opus-4-5-20251101", .budget), ("claude-sonnet-4-20250514", .budget), ("claude-opus-4-1", .budget),
            ("claude-3-7-sonnet-20250219", .budget), ("us.anthropic.claude-haiku-4-5-20251001-v1:0", .budget),
            ("claude-3-5-sonnet-latest", .none), ("claude-3-haiku-20240307", .none), ("qwen3-8b", .none),
        ])
    func thinkingForm(model: String, form: ThinkingForm) {
        #expect(ThinkingForm(model: model) == form)
    }

    @Test(
        "An effort is a word that the model knows",
        arguments: [
            ("claude-opus-4-7", ReasoningEffort.xhigh, "xhigh"), ("claude-opus-4-6", .xhigh, "max"),
            ("claude-sonnet-4-6", .max, "max"), ("claude-opus-5", .xhigh, "xhigh"), ("claude-opus-5", .max, "max"),
            ("claude-mythos-preview", .xhigh, "xhigh"), ("claude-opus-4-8", .minimal, "low"),
            ("claude-opus-4-7", .medium, "medium"), ("claude-opus-4-7", .high, "high"),
        ])
    func effort(model: String, effort: ReasoningEffort, word: String) {
        #expect(ThinkingForm.effort(effort, model: model) == word)
    }

    @Test(
        "JSON reads as itself",
        arguments: [
            #"{"a":[1,-2.5,true,false,null,"x"],"b":{}}"#, #""é\n\t\"\\""#, "[]", "1e3", " \n7 ",
            #""\u00e9\ud83c\udf09""#,
            #"{"big":9007199254740993}"#,
        ])
    func readsJSON(text: String) throws {
        let value = try #require(JSONReader.read(text))
        let object = try JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)
        let again = try JSONSerialization.jsonObject(with: Data(value.bytes), options: .fragmentsAllowed)
        #expect((object as? NSObject) == (again as? NSObject))
        #expect(JSONReader.read(value.text) == value && JSON(value.opaque) == value)
    }

    @Test(
        "Numbers that no model counts are left out",
        arguments: [("0", 0), ("12", 12), ("1e3", 1000), ("-1", nil), ("9223372036854775807", nil), ("1e15", nil)])
    func counts(text: String, count: Int?) {
        #expect(JSONReader.read(text)?.count == count)
    }

    @Test("What is kept of a provider can be written again", arguments: ["1e400", "1e300", "-1e-300", "1e127", "0.1"])
    func opaqueNumbers(text: String) throws {
        let kept = try #require(JSONReader.read("[\(text)]")).opaque
        let bytes = try EventJSON.encode(kept)
        _ = try EventJSON.decode(OpaqueJSON.self, from: bytes)
    }

    /// The server of a local model may be anybody's.
    @Test("Absurd numbers stop no stream")
    func absurdNumbers() throws {
        let most = Int64.max
        func event(_ json: JSON) -> ServerSentEvent { ServerSentEvent(event: "", data: json.text) }
        let item: JSON = ["type": "message", "id": "m"]
        var responses = OpenAIResponsesMapper(prefix: "p")
        let added: JSON = ["type": "response.output_item.added", "output_index": .integer(most), "item": item]
        let unplaced: JSON = ["type": "response.output_item.added", "item": item]
        let usage: JSON = ["input_tokens": .integer(most), "output_tokens": .integer(most)]
        for json in [added, unplaced, ["type": "response.completed", "response": ["usage": usage]]] {
            _ = try responses.map(event(json))
        }
        #expect(responses.isComplete)
        var messages = AnthropicMapper(prefix: "p")
        _ = try messages.map(event(["type": "message_start", "message": ["usage": usage]]))
        var chat = ChatCompletionsMapper(prefix: "p")
        let chatUsage: JSON = ["prompt_tokens": .integer(most), "completion_tokens": .integer(most)]
        let choice: JSON = ["delta": ["content": "hi"], "finish_reason": "stop"]
        _ = try chat.map(event(["choices": [choice], "usage": chatUsage]))
        _ = try chat.finish()
        #expect(chat.isComplete)
    }

    @Test(
        "What is not JSON is refused",
        arguments: [
            "", "{", "[1,]", #"{"a"}"#, #"{"a":1,}"#, "tru", "\"a", "\"\n\"", #""\x""#, #""\u12""#, "1 2", "-",
            "<html>",
            String(repeating: "[", count: 500),
        ])
    func refusesJSON(text: String) {
        #expect(JSONReader.read(text) == nil)
    }

    @Test("Half a surrogate pair is a replacement character")
    func surrogates() {
        #expect(JSONReader.read(#""\ud83cx""#) == "\u{FFFD}x")
    }

    @Test(
        "UTF-8 is known, whatever the cuts",
        arguments: [
            ([0x41, 0xC3, 0xA9, 0xE2, 0x82, 0xAC, 0xF0, 0x9F, 0x8C, 0x89], 10), ([0xC3, 0x28], 1), ([0xFF], 0),
            ([0xE0, 0x80, 0x80], 1), ([0xED, 0xA0, 0x80], 1), ([0xF4, 0x90, 0x80, 0x80], 1), ([0xC0, 0xAF], 0),
            ([0x80], 0), ([0x41, 0xF0, 0x9F], 3),
        ] as [([UInt8], Int)])
    func utf8(bytes: [UInt8], valid: Int) {
        var whole = UTF8Validator()
        #expect(whole.accept(bytes) == valid)
        var pieces = UTF8Validator()
        let accepted = bytes.prefix { byte in pieces.accept([byte]) == 1 }
        #expect(accepted.count == valid)
    }

    @Test(
        "Retry fields",
        arguments: [
            (["retry-after-ms": "250"], Duration.milliseconds(250)), (["retry-after": "1.5"], .milliseconds(1500)),
            (["Retry-After": "Sun, 06 Nov 1994 08:49:37 GMT"], .seconds(37)), (["retry-after": "-1"], nil),
            (["retry-after": "99999999999"], nil), (["retry-after-ms": "x", "retry-after": "2"], .seconds(2)),
            ([:], nil),
            (["retry-after": "Sun, 06 Nov 1994 08:48:00 GMT"], .zero), (["retry-after": "nan"], nil),
        ] as [([String: String], Duration?)])
    func retryHint(fields: [String: String], delay: Duration?) {
        let headers = HTTPHeaders(fields.map { HTTPHeaders.Field(name: $0.key, value: $0.value) })
        let now = Date(timeIntervalSince1970: 784_111_740)  // 1994-11-06 08:49:00
        #expect(RetryHint(headers, now: now).delay == delay)
    }

    @Test("A provider's state goes to its own API only, and comes back as it was")
    func providerState() {
        let item: JSON = ["signature": "x", "number": .number(0.5), "list": [1, true, .null]]
        let state = ProviderState(api: "anthropic", item: item)
        #expect(ProviderState(state.opaque, api: "anthropic") == state)
        #expect(ProviderState(state.opaque, api: "openai-responses") == nil)
        #expect(ProviderState(.string("text"), api: "anthropic") == nil)
    }
}

@Suite("The catalogue of models")
struct ModelCatalogueTests {
    private let catalogue = ModelCatalogue([
        "gpt-5": .init(
            contextLength: 400_000, maxOutputTokens: 128_000, price: .init(input: 1.25, cachedInput: 0.125, output: 10)),
        "Claude-Opus-4": .init(contextLength: 200_000), "claude-opus-4-7": .init(contextLength: 1_000_000),
        "qwen3:8b": .init(contextLength: 40_960, price: .init(input: 2, output: 0)),
    ])

    @Test(
        "Lookups",
        arguments: [
            ("gpt-5", 400_000), ("GPT-5", 400_000), ("gpt-5-2025-08-07", 400_000), ("openai/gpt-5", 400_000),
            ("gpt-5-mini", nil), ("gpt-5.1", nil), ("claude-opus-4-20250514", 200_000), ("claude-opus-4-7", 1_000_000),
            ("claude-opus-4-8", nil), ("us.anthropic.claude-opus-4-7-v1:0", 1_000_000),
            ("claude-opus-4@20250514", 200_000),
            ("claude-opus-4-latest", 200_000), ("qwen3:8b", 40_960), ("qwen3:14b", nil), ("", nil), ("/", nil),
        ] as [(String, Int?)])
    func lookups(model: String, contextLength: Int?) {
        #expect(catalogue[model]?.contextLength == contextLength)
    }

    @Test("Costs")
    func costs() throws {
        let usage = Usage(promptTokens: 1_000_000, completionTokens: 100_000, cachedTokens: 400_000)
        let cost = try #require(catalogue.cost(of: usage, model: "gpt-5"))
        #expect(abs(cost - (0.75 + 0.05 + 1)) < 1e-9)
        #expect(catalogue.cost(of: usage, model: "qwen3:8b") == 2)
        #expect(catalogue.cost(of: usage, model: "claude-opus-4-7") == nil)
    }

    @Test("An entry can be added")
    func adding() {
        var catalogue = catalogue
        catalogue["Mine"] = .init(contextLength: 1)
        #expect(catalogue["mine"]?.contextLength == 1)
    }
}
