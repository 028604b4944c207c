package import AgentRuntime
package import HTTP
package import PlatformSDK

/// The Messages API of Anthropic, and of servers that speak it.
package struct AnthropicProvider: ModelProvider {
    /// `anthropic`.
    package let id = AnthropicMapper.api
    private let client: any HTTPClient
    private let endpoint: ModelEndpoint
    private let maximumTokens: Int
    private let options: ProviderOptions

    /// The endpoint's model.
    package var defaultModel: String { endpoint.model }

    /// Creates a provider; the usual base URL is `https://api.anthropic.com/v1`.
    ///
    /// - Parameter maximumTokens: the limit of answers whose request sets none, without what the model thinks.
    package init(
        endpoint: ModelEndpoint,
        maximumTokens: Int = 8192,
        client: any HTTPClient,
        options: ProviderOptions = ProviderOptions()
    ) {
        self.endpoint = endpoint
        self.maximumTokens = maximumTokens
        self.client = client
        self.options = options
    }

    package func stream(_ request: ModelRequest) async throws -> ReplySequence<ModelEvent> {
        let model = request.model ?? endpoint.model
        let body = AnthropicRequest(
            request, model: model, defaultMaximumTokens: maximumTokens, needsSignatures: endpoint.isAnthropic
        ).body
        var headers: HTTPHeaders = ["anthropic-version": "2023-06-01"]
        if !endpoint.key.isEmpty { headers.set(name: "x-api-key", value: endpoint.key) }
        let http = HTTPRequest.modelStream(
            url: "\(endpoint.baseURL)/messages",
            headers: headers,
            body: body,
            stallLimit: options.stallLimit
        )
        return ModelStream(
            client: client, provider: "Anthropic", endpoint: endpoint, options: options,
            carriesFiles: !request.attachments.isEmpty
        )
        .events(http, AnthropicMapper(prefix: request.id))
    }
}
