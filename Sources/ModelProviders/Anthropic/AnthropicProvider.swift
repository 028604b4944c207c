package import AgentRuntime
package import HTTP
package import PlatformSDK

/// The Messages API of Anthropic; text only.
package struct AnthropicProvider: ModelProvider {
    private let client: any HTTPClient
    private let endpoint: ModelEndpoint
    private let maximumTokens: Int

    /// Creates a provider; the usual base URL is `https://api.anthropic.com/v1`.
    package init(endpoint: ModelEndpoint, maximumTokens: Int = 8192, client: any HTTPClient) {
        self.endpoint = endpoint
        self.maximumTokens = maximumTokens
        self.client = client
    }

    package func stream(_ request: ModelRequest) async throws -> ReplySequence<ModelEvent> {
        let body = Body(
            model: endpoint.model,
            max_tokens: maximumTokens,
            system: request.instructions,
            messages: request.messages.map { .init(role: $0.role.rawValue, content: $0.text) }
        )
        let http = try HTTPRequest.modelStream(
            url: "\(endpoint.baseURL)/messages",
            headers: ["x-api-key": endpoint.key, "anthropic-version": "2023-06-01"],
            body: body
        )
        return ModelStream(client: client, provider: "Anthropic", key: endpoint.key).events(http, Decoder())
    }

    private struct Body: Encodable {
        struct Message: Encodable {
            let role: String
            let content: String
        }

        let model: String
        let max_tokens: Int
        let system: String?
        let messages: [Message]
        let stream = true
    }

    private struct Decoder: ModelStreamDecoder {
        private struct Event: Decodable {
            struct Usage: Decodable {
                let input_tokens: Int?
                let cache_creation_input_tokens: Int?
                let cache_read_input_tokens: Int?
                let output_tokens: Int?
            }

            struct Message: Decodable { let usage: Usage? }

            struct Delta: Decodable { let text: String? }

            let message: Message?
            let delta: Delta?
            let usage: Usage?
            let error: ProviderFailure.Details?
        }

        private var usage = ModelUsage()

        mutating func decode(_ event: ServerSentEvent) throws -> [ModelStreamStep] {
            switch try event.json(EventType.self).type {
            case "message_start":
                return update(try event.json(Event.self).message?.usage)
            case "content_block_delta":
                return [.event(.textDelta(try event.json(Event.self).delta?.text ?? ""))]
            case "message_delta":
                return update(try event.json(Event.self).usage)
            case "message_stop":
                return [.done]
            case "error":
                let words = try event.json(Event.self).error?.message ?? "no details"
                throw ModelError(.unavailable, "Anthropic failed: \(words.prefix(500))", isRetryable: true)
            default:
                return []
            }
        }

        /// Usage is cumulative: each report replaces the fields that it names.
        private mutating func update(_ report: Event.Usage?) -> [ModelStreamStep] {
            guard let report else { return [] }
            if let input = report.input_tokens {
                let cached = (report.cache_creation_input_tokens ?? 0) + (report.cache_read_input_tokens ?? 0)
                usage.promptTokens = input + cached
            }
            if let output = report.output_tokens { usage.completionTokens = output }
            return [.event(.usage(usage))]
        }
    }
}
