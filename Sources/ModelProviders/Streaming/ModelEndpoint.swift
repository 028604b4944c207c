/// Where a provider is, and as whom to ask.
package struct ModelEndpoint: Sendable {
    /// The part of the URL before the API's own paths, without a slash at its end.
    let baseURL: String
    /// The key; empty for a server that wants none.
    let key: String
    /// The model of requests that name none.
    let model: String

    /// Creates an endpoint; the base URL is the part before `/v1`-level paths, such as `https://api.openai.com/v1`.
    package init(baseURL: String, key: String, model: String) {
        self.baseURL = baseURL.hasSuffix("/") ? String(baseURL.dropLast()) : baseURL
        self.key = key
        self.model = model
    }
}

extension ModelEndpoint {
    /// Whether the server is OpenAI's own, or Azure's: it takes fields that others refuse.
    var isOpenAI: Bool { baseURL.hasPrefix("https://api.openai.com/") || baseURL.contains(".openai.azure.com/") }
    /// Whether the server is Anthropic's own, which takes back no thinking without its signature.
    var isAnthropic: Bool { baseURL.hasPrefix("https://api.anthropic.com/") }
}

extension ModelEndpoint: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The model and the base URL, without the key.
    package var description: String { "\(model) at \(baseURL)" }
    /// The same as `description`.
    package var debugDescription: String { description }
    /// Shows no key either, so that a dump of what holds an endpoint never does.
    package var customMirror: Mirror { Mirror(self, children: ["model": model, "baseURL": baseURL]) }
}
