import ModelProviders
import Testing

@testable import rialto

@Suite("The model that the configuration names")
struct ProviderCompositionTests {
    private func load(_ source: String) throws -> Configuration {
        try ConfigurationLoader(environment: [:], systemFile: "").load(source: source, name: "c.toml", directory: "/x")
    }

    @Test(
        "what a kind needs and is not set is named, all at once",
        arguments: [
            (
                "openai-responses",
                "provider.model: is needed for the kind \"openai-responses\"\nprovider.api_key_file: is needed for the kind "
                    + "\"openai-responses\"; or set OPENAI_API_KEY"
            ),
            (
                "anthropic",
                "provider.model: is needed for the kind \"anthropic\"\nprovider.api_key_file: is needed for the kind "
                    + "\"anthropic\"; or set ANTHROPIC_API_KEY"
            ),
            (
                "openai-chat",
                "provider.model: is needed for the kind \"openai-chat\"\nprovider.base_url: is needed for the kind "
                    + "\"openai-chat\", such as \"http://127.0.0.1:8080/v1\""
            ),
        ])
    func missing(kind: String, expected: String) throws {
        let configuration = try load("[provider]\nkind = \"\(kind)\"")
        let error = #expect(throws: ConfigurationError.self) {
            try ProviderComposition.endpoint(configuration, key: nil)
        }
        #expect(error?.description == expected)
    }

    @Test("a provider's own address is the default, and a server of one's own needs no key")
    func addresses() throws {
        let own = try load("[provider]\nkind = \"anthropic\"\nmodel = \"m\"")
        let endpoint = try ProviderComposition.endpoint(own, key: Secret("sk-hunter2"))
        #expect(endpoint.description == "m at https://api.anthropic.com/v1")
        #expect(!"\(endpoint)".contains("hunter2"))
        let local = try load("[provider]\nkind = \"openai-chat\"\nmodel = \"m\"\nbase_url = \"http://127.0.0.1:1/v1/\"")
        #expect(try ProviderComposition.endpoint(local, key: nil).description == "m at http://127.0.0.1:1/v1")
    }
}
