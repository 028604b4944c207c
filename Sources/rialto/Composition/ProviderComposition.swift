import AgentRuntime
import HTTP
import Logging
import ModelProviders

/// The model that the configuration names.
enum ProviderComposition {
    /// Puts the provider together.
    ///
    /// - Throws: `ConfigurationError` where the kind needs something that is not set.
    static func provider(
        _ configuration: Configuration,
        client: any HTTPClient,
        logger: Logger
    ) throws(ConfigurationError) -> any ModelProvider {
        let kind = configuration.provider.kind
        guard kind != .echo else { return EchoProvider() }
        let found = try configuration.providerKey.read()
        if let warning = found?.warning { logger.warning("\(warning)") }
        let endpoint = try endpoint(configuration, key: found?.secret)
        let options = ProviderOptions(stallLimit: .seconds(configuration.provider.stallSeconds))
        return switch kind {
        case .echo: EchoProvider()
        case .openaiResponses: OpenAIResponsesProvider(endpoint: endpoint, client: client, options: options)
        case .openaiChat: ChatCompletionsProvider(endpoint: endpoint, client: client, options: options)
        case .anthropic: AnthropicProvider(endpoint: endpoint, client: client, options: options)
        }
    }

    /// Where the model is found; all that is missing is reported at once.
    static func endpoint(
        _ configuration: Configuration,
        key: Secret?
    ) throws(ConfigurationError) -> ModelEndpoint {
        let kind = configuration.provider.kind
        var problems: [ConfigurationError.Problem] = []
        func isMissing(_ name: String, _ advice: String) {
            problems.append(
                .init(.missing, key: "provider.\(name)", "is needed for the kind \"\(kind.rawValue)\"\(advice)"))
        }
        if configuration.provider.model == nil { isMissing("model", "") }
        let baseURL = configuration.provider.baseURL?.text ?? Self.usualBaseURL(of: kind)
        if baseURL == nil { isMissing("base_url", ", such as \"http://127.0.0.1:8080/v1\"") }
        // A server of one's own may want no key; the providers' own servers always do.
        if key == nil, configuration.provider.baseURL == nil, kind != .openaiChat {
            isMissing("api_key_file", "; or set \(kind == .anthropic ? "ANTHROPIC_API_KEY" : "OPENAI_API_KEY")")
        }
        guard let model = configuration.provider.model, let baseURL, problems.isEmpty else {
            throw ConfigurationError(problems)
        }
        return ModelEndpoint(baseURL: baseURL, key: key?.reveal() ?? "", model: model)
    }

    private static func usualBaseURL(of kind: Configuration.Provider.Kind) -> String? {
        switch kind {
        case .openaiResponses: "https://api.openai.com/v1"
        case .anthropic: "https://api.anthropic.com/v1"
        case .openaiChat, .echo: nil
        }
    }
}
