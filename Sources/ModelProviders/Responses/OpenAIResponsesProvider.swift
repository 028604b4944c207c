package import AgentRuntime
package import HTTP
package import PlatformSDK

/// The Responses API of OpenAI, and of servers that speak it, without state at the provider.
package struct OpenAIResponsesProvider: ModelProvider {
    /// `openai-responses`.
    package let id = OpenAIResponsesMapper.api
    private let client: any HTTPClient
    private let endpoint: ModelEndpoint
    private let options: ProviderOptions

    /// The endpoint's model.
    package var defaultModel: String { endpoint.model }

    /// Creates a provider; the usual base URL is `https://api.openai.com/v1`, and the key may be empty elsewhere.
    package init(endpoint: ModelEndpoint, client: any HTTPClient, options: ProviderOptions = ProviderOptions()) {
        self.endpoint = endpoint
        self.client = client
        self.options = options
    }

    package func stream(_ request: ModelRequest) async throws -> ReplySequence<ModelEvent> {
        let http = HTTPRequest.modelStream(
            url: "\(endpoint.baseURL)/responses",
            headers: endpoint.bearer,
            body: OpenAIResponsesRequest(request, model: request.model ?? endpoint.model, isOpenAI: endpoint.isOpenAI)
                .body,
            stallLimit: options.stallLimit
        )
        return ModelStream(
            client: client, provider: "OpenAI Responses", endpoint: endpoint, options: options,
            carriesFiles: !request.attachments.isEmpty
        )
        .events(http, OpenAIResponsesMapper(prefix: request.id))
    }
}
