package import AgentRuntime
package import HTTP
package import PlatformSDK

/// The Responses API of OpenAI, and of servers that speak it; text only, without state at the provider.
package struct OpenAIResponsesProvider: ModelProvider {
    private let client: any HTTPClient
    private let endpoint: ModelEndpoint

    /// Creates a provider; the usual base URL is `https://api.openai.com/v1`.
    package init(endpoint: ModelEndpoint, client: any HTTPClient) {
        self.endpoint = endpoint
        self.client = client
    }

    package func stream(_ request: ModelRequest) async throws -> ReplySequence<ModelEvent> {
        let body = Body(
            model: endpoint.model,
            instructions: request.instructions,
            input: request.messages.map { .init(role: $0.role.rawValue, content: $0.text) }
        )
        let http = try HTTPRequest.modelStream(
            url: "\(endpoint.baseURL)/responses",
            headers: endpoint.key.isEmpty ? [:] : ["Authorization": "Bearer \(endpoint.key)"],
            body: body
        )
        return ModelStream(client: client, provider: "OpenAI Responses", key: endpoint.key).events(http, Decoder())
    }

    private struct Body: Encodable {
        struct Message: Encodable {
            let role: String
            let content: String
        }

        let model: String
        let instructions: String?
        let input: [Message]
        let stream = true
        let store = false
    }

    private struct Decoder: ModelStreamDecoder {
        private struct Event: Decodable {
            struct Response: Decodable {
                struct Usage: Decodable {
                    let input_tokens: Int?
                    let output_tokens: Int?
                }

                let usage: Usage?
                let error: ProviderFailure.Details?
            }

            let type: String
            let delta: String?
            let message: String?
            let response: Response?
        }

        func decode(_ event: ServerSentEvent) throws -> [ModelStreamStep] {
            let head = try event.json(EventType.self)
            switch head.type {
            case "response.output_text.delta", "response.refusal.delta":
                return [.event(.textDelta(try event.json(Event.self).delta ?? ""))]
            case "response.completed", "response.incomplete":
                let usage = try event.json(Event.self).response?.usage
                let tokens = ModelUsage(
                    promptTokens: usage?.input_tokens ?? 0,
                    completionTokens: usage?.output_tokens ?? 0
                )
                return [.event(.usage(tokens)), .done]
            case "response.failed", "error":
                let failure = try event.json(Event.self)
                let words = failure.response?.error?.message ?? failure.message ?? "no details"
                throw ModelError(.unavailable, "OpenAI Responses failed: \(words.prefix(500))", isRetryable: true)
            default:
                return []
            }
        }
    }
}

/// The field that tells the events of a stream apart.
struct EventType: Decodable {
    let type: String
}
