package import AgentRuntime
package import HTTP
package import PlatformSDK

/// The Chat Completions API, which most servers of local models speak.
package struct ChatCompletionsProvider: ModelProvider {
    /// `openai-chat`.
    package let id = "openai-chat"
    private let client: any HTTPClient
    private let endpoint: ModelEndpoint
    private let options: ProviderOptions

    /// The endpoint's model.
    package var defaultModel: String { endpoint.model }

    /// Creates a provider; a usual base URL is `http://127.0.0.1:8080/v1`, and the key may be empty.
    package init(endpoint: ModelEndpoint, client: any HTTPClient, options: ProviderOptions = ProviderOptions()) {
        self.endpoint = endpoint
        self.client = client
        self.options = options
    }

    package func stream(_ request: ModelRequest) async throws -> ReplySequence<ModelEvent> {
        let http = HTTPRequest.modelStream(
            url: "\(endpoint.baseURL)/chat/completions",
            headers: endpoint.bearer,
            body: ChatCompletionsRequest(request, model: request.model ?? endpoint.model, isOpenAI: endpoint.isOpenAI)
                .body,
            stallLimit: options.stallLimit
        )
        return ModelStream(
            client: client, provider: "Chat Completions", endpoint: endpoint, options: options,
            carriesFiles: !request.attachments.isEmpty
        )
        .events(http, ChatCompletionsMapper(prefix: request.id))
    }
}
