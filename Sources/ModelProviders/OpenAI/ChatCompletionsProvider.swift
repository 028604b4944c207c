package import AgentRuntime
package import HTTP
package import PlatformSDK

/// The Chat Completions API, which most servers of local models speak; text only.
package struct ChatCompletionsProvider: ModelProvider {
    private let client: any HTTPClient
    private let endpoint: ModelEndpoint

    /// Creates a provider; a usual base URL is `http://127.0.0.1:8080/v1`, and the key may be empty.
    package init(endpoint: ModelEndpoint, client: any HTTPClient) {
        self.endpoint = endpoint
        self.client = client
    }

    package func stream(_ request: ModelRequest) async throws -> ReplySequence<ModelEvent> {
        let system = request.instructions.map { [Body.Message(role: "system", content: $0)] } ?? []
        let body = Body(
            model: endpoint.model,
            messages: system + request.messages.map { .init(role: $0.role.rawValue, content: $0.text) }
        )
        let http = try HTTPRequest.modelStream(
            url: "\(endpoint.baseURL)/chat/completions",
            headers: endpoint.key.isEmpty ? [:] : ["Authorization": "Bearer \(endpoint.key)"],
            body: body
        )
        return ModelStream(client: client, provider: "Chat Completions", key: endpoint.key).events(http, Decoder())
    }

    private struct Body: Encodable {
        struct Message: Encodable {
            let role: String
            let content: String
        }

        struct StreamOptions: Encodable {
            let include_usage = true
        }

        let model: String
        let messages: [Message]
        let stream = true
        let stream_options = StreamOptions()
    }

    private struct Decoder: ModelStreamDecoder {
        private struct Chunk: Decodable {
            struct Choice: Decodable {
                struct Delta: Decodable {
                    let content: String?
                    let refusal: String?
                }

                let delta: Delta?
                let finish_reason: String?
            }

            struct Usage: Decodable {
                let prompt_tokens: Int?
                let completion_tokens: Int?
            }

            let choices: [Choice]?
            let usage: Usage?
            let error: ProviderFailure.Details?
        }

        /// Some servers end the stream after the reason to finish, without `[DONE]`.
        private(set) var isComplete = false

        mutating func decode(_ event: ServerSentEvent) throws -> [ModelStreamStep] {
            if event.data == "[DONE]" { return [.done] }
            let chunk = try event.json(Chunk.self)
            if let error = chunk.error {
                let words = error.message ?? "no details"
                throw ModelError(.unavailable, "Chat Completions failed: \(words.prefix(500))", isRetryable: true)
            }
            // The usage may come in a chunk without choices.
            let usage = chunk.usage.map {
                ModelUsage(promptTokens: $0.prompt_tokens ?? 0, completionTokens: $0.completion_tokens ?? 0)
            }
            if chunk.choices?.first?.finish_reason != nil { isComplete = true }
            let delta = chunk.choices?.first?.delta
            let text = (delta?.content ?? "") + (delta?.refusal ?? "")
            return (text.isEmpty ? [] : [.event(.textDelta(text))]) + (usage.map { [.event(.usage($0))] } ?? [])
        }
    }
}
