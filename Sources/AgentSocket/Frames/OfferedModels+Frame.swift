import PlatformSDK

extension OfferedModels {
    /// Reads the models of a STATUS frame; nil where it has none.
    ///
    /// What is not a model is left out: an agent that says odd things about its models still is one to talk to.
    init?(_ container: KeyedDecodingContainer<AgentServerFrame.CodingKeys>) {
        guard let models = try? container.decodeIfPresent([Lenient].self, forKey: .models) else { return nil }
        let defaultName = try? container.decodeIfPresent(String.self, forKey: .defaultModel)
        self.init(defaultName: defaultName, models: models.compactMap { $0.model?.offered })
    }

    /// Writes the members of a STATUS frame.
    func encode(to container: inout KeyedEncodingContainer<AgentServerFrame.CodingKeys>) throws {
        try container.encode(models.map(WireModel.init), forKey: .models)
        try container.encodeIfPresent(defaultName, forKey: .defaultModel)
    }
}

/// A model as it stands on the wire.
private struct WireModel: Codable {
    var name: String
    var title: String?
    var contextTokens: Int?

    private enum CodingKeys: String, CodingKey {
        case name, title
        case contextTokens = "context_tokens"
    }

    init(_ model: OfferedModel) {
        name = model.name
        title = model.title
        contextTokens = model.contextTokens
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        name = try container.decode(String.self, forKey: .name)
        title = try? container.decodeIfPresent(String.self, forKey: .title)
        contextTokens = try? container.decodeIfPresent(Int.self, forKey: .contextTokens)
    }

    var offered: OfferedModel { OfferedModel(name: name, title: title, contextTokens: contextTokens) }
}

/// An element of a list that may be anything.
private struct Lenient: Decodable {
    var model: WireModel?

    init(from decoder: any Decoder) {
        model = try? WireModel(from: decoder)
    }
}
