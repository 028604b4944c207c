import AgentRuntime
import PlatformSDK

extension Inspection {
    /// The models that the agent of the configuration offers; nothing where the agent is somebody else's.
    var models: [Finding] {
        let provider = configuration.provider
        guard configuration.platform.backend == .embedded, provider.models != nil else { return [] }
        let catalogue = provider.catalogue
        let names = [provider.model].compactMap(\.self) + provider.choice.map(\.name).filter { $0 != provider.model }
        guard !names.isEmpty else { return [Finding(.warning, "models", "nobody can choose any of provider.models")] }
        let described = names.map { name in
            let known = catalogue[name]
            let facts = [
                name == provider.model ? "default" : nil, known?.contextLength.map { "\($0) tokens" },
                known?.price.map {
                    "$\(Self.dollars($0.input)) and $\(Self.dollars($0.output)) for a million tokens in and out"
                },
            ]
            let text = facts.compactMap(\.self).joined(separator: ", ")
            return text.isEmpty ? name : "\(name) (\(text))"
        }
        let unknown = names.filter { catalogue[$0]?.contextLength == nil }
        let advice = "set context_tokens in provider.models, so that long conversations are cut to what can be read"
        return [Finding(.ok, "models", described.joined(separator: "; "))]
            + (unknown.isEmpty
                ? []
                : [
                    Finding(
                        .warning, "models", "nobody has said what \(unknown.joined(separator: ", ")) reads; \(advice)")
                ])
    }

    private static func dollars(_ price: Double) -> String {
        let text = String(price)
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }

    /// What an agent elsewhere lets people choose from, as the rest of a sentence.
    static func offer(of connection: any AgentConnection) async -> String {
        guard let offered = try? await connection.models() else { return "" }
        return ", and offers the models " + offered.models.map(\.name).joined(separator: ", ")
    }
}
