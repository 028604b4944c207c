package import PlatformSDK

/// What is known of models: how much they read and write, and what they cost.
package struct ModelCatalogue: Hashable, Sendable {
    /// One model, or a family of models that share a beginning of their names.
    package struct Entry: Hashable, Sendable {
        /// The tokens that question and answer may have together; nil where nobody has said.
        package var contextLength: Int?
        /// The most tokens of an answer; nil where the context is the only limit.
        package var maxOutputTokens: Int?
        /// What it costs; nil where nobody has said.
        package var price: Price?

        /// Creates an entry.
        package init(contextLength: Int? = nil, maxOutputTokens: Int? = nil, price: Price? = nil) {
            self.contextLength = contextLength
            self.maxOutputTokens = maxOutputTokens
            self.price = price
        }
    }

    /// The price of a million tokens, in US dollars.
    package struct Price: Hashable, Sendable {
        /// Of the question.
        package var input: Double
        /// Of the part of the question that the provider had cached; nil for the price of the rest.
        package var cachedInput: Double?
        /// Of the answer, reasoning included.
        package var output: Double

        /// Creates a price.
        package init(input: Double, cachedInput: Double? = nil, output: Double) {
            self.input = input
            self.cachedInput = cachedInput
            self.output = output
        }

        /// What an answer cost, in US dollars; an estimate, as providers have rates beyond these three.
        package func cost(of usage: Usage) -> Double {
            let cached = min(max(usage.cachedTokens ?? 0, 0), usage.promptTokens)
            let fresh = usage.promptTokens - cached
            let dollars =
                Double(fresh) * input + Double(cached) * (cachedInput ?? input) + Double(usage.completionTokens)
                * output
            return dollars / 1_000_000
        }
    }

    private var entries: [String: Entry]

    /// Creates a catalogue of entries by the models' names.
    package init(_ entries: [String: Entry] = [:]) {
        self.entries = Dictionary(entries.map { (Self.key($0.key), $0.value) }, uniquingKeysWith: { _, last in last })
    }

    /// What is known of a model; nil for nothing.
    ///
    /// Case does not count, nor does a vendor before the name (`anthropic/claude-…`, `us.anthropic.claude-…`). Where the
    /// name itself is not listed, the longest listed name counts whose edition it is: `gpt-5-2025-08-07` is `gpt-5`, and
    /// `gpt-5-mini` is not.
    package subscript(model: String) -> Entry? {
        get {
            var name = Self.key(model)
            while true {
                if let entry = longestMatch(name) { return entry }
                guard let separator = name.firstIndex(where: { $0 == "/" || $0 == "." }) else { return nil }
                name = String(name[name.index(after: separator)...])
            }
        }
        set { entries[Self.key(model)] = newValue }
    }

    /// What an answer of a model cost, in US dollars; nil where the price is not known.
    package func cost(of usage: Usage, model: String) -> Double? {
        self[model]?.price?.cost(of: usage)
    }

    private func longestMatch(_ name: String) -> Entry? {
        if let entry = entries[name] { return entry }
        let match = entries.keys.filter { name.hasPrefix($0) && Self.isVersion(name.dropFirst($0.count)) }
        return match.max { $0.count < $1.count }.flatMap { entries[$0] }
    }

    /// Whether a name only says which edition of a model is meant: a date, `latest`, or a cloud's own version.
    private static func isVersion(_ suffix: Substring) -> Bool {
        guard let separator = suffix.first, separator == "-" || separator == "@" else { return false }
        let word = suffix.dropFirst().prefix { $0 != "-" && $0 != ":" }
        let isCloudVersion = word.first == "v" && word.count > 1 && word.dropFirst().allSatisfy(\.isNumber)
        return word == "latest" || isCloudVersion || (word.count >= 4 && word.allSatisfy(\.isNumber))
    }

    private static func key(_ model: String) -> String { model.lowercased() }
}
