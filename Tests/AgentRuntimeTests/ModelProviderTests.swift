import AgentRuntime
import Foundation
import HTTP
import ModelProviders
import PlatformSDK
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1))) struct ModelProviderTests {
    private final class FakeHTTP: HTTPClient {
        let status: Int
        let body: String
        let requests = Mutex<[HTTPRequest]>([])

        init(status: Int = 200, body: String) {
            self.status = status
            self.body = body
        }

        func withResponse<R: Sendable>(
            to request: HTTPRequest,
            _ body: (HTTPStreamedResponse) async throws -> R
        ) async throws -> R {
            requests.withLock { $0.append(request) }
            return try await body(
                HTTPStreamedResponse(status: status, body: HTTPBody(Array(self.body.utf8)), url: request.url)
            )
        }
    }

    enum API: CaseIterable {
        case responses, anthropic, chat

        func provider(_ client: any HTTPClient) -> any ModelProvider {
            let endpoint = ModelEndpoint(baseURL: "https://host.test/v1/", key: "sk-secret", model: "m1")
            return switch self {
            case .responses: OpenAIResponsesProvider(endpoint: endpoint, client: client)
            case .anthropic: AnthropicProvider(endpoint: endpoint, client: client)
            case .chat: ChatCompletionsProvider(endpoint: endpoint, client: client)
            }
        }

        var path: String {
            switch self {
            case .responses: "/responses"
            case .anthropic: "/messages"
            case .chat: "/chat/completions"
            }
        }

        /// A stream whose answer is "Hello", with 9 and 4 tokens, and events that mean nothing in between.
        var stream: [String] {
            switch self {
            case .responses:
                [
                    #"{"type":"response.created","sequence_number":0,"response":{"id":"r","error":null}}"#,
                    #"{"type":"response.output_text.delta","item_id":"i","delta":"Hel"}"#,
                    #"{"type":"response.something_new","delta":{"a":1}}"#,
                    #"{"type":"response.output_text.delta","item_id":"i","delta":"lo"}"#,
                    #"{"type":"response.completed","response":{"usage":{"input_tokens":9,"output_tokens":4}}}"#,
                ]
            case .anthropic:
                [
                    #"{"type":"message_start","message":{"usage":{"input_tokens":4,"cache_read_input_tokens":5,"output_tokens":1}}}"#,
                    #"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"#,
                    #"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hel"}}"#,
                    #"{"type":"ping"}"#,
                    #"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"lo"}}"#,
                    #"{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":4}}"#,
                    #"{"type":"message_stop"}"#,
                ]
            case .chat:
                [
                    #"{"choices":[{"index":0,"delta":{"role":"assistant","content":"Hel"},"finish_reason":null}]}"#,
                    #"{"choices":[{"index":0,"delta":{"content":"lo"}}]}"#,
                    #"{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#,
                    #"{"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":4}}"#,
                    "[DONE]",
                ]
            }
        }

        var failure: String {
            switch self {
            case .responses: #"{"type":"response.failed","response":{"error":{"code":"x","message":"overloaded"}}}"#
            case .anthropic: #"{"type":"error","error":{"type":"overloaded_error","message":"overloaded"}}"#
            case .chat: #"{"error":{"message":"overloaded"}}"#
            }
        }
    }

    private func events(_ api: API, _ client: FakeHTTP) async throws -> [ModelEvent] {
        let request = ModelRequest(instructions: "Be brief.", messages: [ModelMessage(role: .user, text: "hi")])
        var events: [ModelEvent] = []
        for try await event in try await api.provider(client).stream(request) { events.append(event) }
        return events
    }

    private func sse(_ events: some Collection<String>) -> String {
        events.map { "data: \($0)\n\n" }.joined()
    }

    @Test(arguments: API.allCases)
    func streamsTextAndUsage(api: API) async throws {
        let client = FakeHTTP(body: sse(api.stream))
        let events = try await events(api, client)
        let text = events.map { if case .textDelta(let text) = $0 { text } else { "" } }.joined()
        #expect(text == "Hello")
        #expect(events.last == .usage(ModelUsage(promptTokens: 9, completionTokens: 4)))

        let request = try #require(client.requests.withLock { $0.first })
        #expect(request.url == "https://host.test/v1" + api.path)
        let body = try JSONSerialization.jsonObject(with: Data(request.body ?? [])) as? [String: Any]
        #expect(body?["model"] as? String == "m1" && body?["stream"] as? Bool == true)
        let key = request.headers.first(name: "Authorization") ?? request.headers.first(name: "x-api-key")
        #expect(key?.hasSuffix("sk-secret") == true)
    }

    @Test(arguments: API.allCases)
    func aCutStreamIsTruncated(api: API) async throws {
        let error = await #expect(throws: ModelError.self) {
            try await events(api, FakeHTTP(body: sse(api.stream.prefix(2))))
        }
        #expect(error?.code == .truncated)
    }

    @Test(arguments: API.allCases)
    func aFailureInTheStreamIsAnError(api: API) async throws {
        let error = await #expect(throws: ModelError.self) {
            try await events(api, FakeHTTP(body: sse(api.stream.prefix(2) + [api.failure])))
        }
        #expect(error?.code == .unavailable && error?.message.contains("overloaded") == true)
    }

    @Test(arguments: [
        (401, ModelError.Code.authentication, false), (403, .authentication, false), (400, .invalidRequest, false),
        (404, .invalidRequest, false), (429, .rateLimited, true), (500, .unavailable, true), (529, .unavailable, true),
    ])
    func errorStatuses(status: Int, code: ModelError.Code, isRetryable: Bool) async throws {
        for api in API.allCases {
            let client = FakeHTTP(status: status, body: #"{"error":{"message":"no: sk-secret"}}"#)
            let error = await #expect(throws: ModelError.self) { try await events(api, client) }
            #expect(error?.code == code && error?.isRetryable == isRetryable)
            #expect(error?.description.contains("\(status)") == true)
            #expect(error?.description.contains("sk-secret") == false)
        }
    }
}
