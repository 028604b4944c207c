import AgentRuntime
import PlatformSDK

extension Configuration.Provider {
    /// What is known of models.
    var catalogue: ModelCatalogue {
        let entries = (models?.entries ?? []).map { ($0.name, $0.known) }
        return ModelCatalogue(Dictionary(entries, uniquingKeysWith: { first, _ in first }))
    }

    /// The models that people may choose, beside the one that answers by default.
    var choice: [OfferedModel] {
        (models?.entries ?? []).filter(\.isSelectable).map { entry in
            // The default model is one model, in whatever case its name is written.
            let isDefault = entry.name.lowercased() == model?.lowercased()
            return OfferedModel(
                name: isDefault ? model ?? entry.name : entry.name, title: entry.title,
                contextTokens: entry.contextTokens)
        }
    }
}

extension ModelEntry {
    fileprivate var known: ModelCatalogue.Entry {
        var price: ModelCatalogue.Price?
        if let inputPrice, let outputPrice {
            price = ModelCatalogue.Price(input: inputPrice, cachedInput: cachedInputPrice, output: outputPrice)
        }
        return ModelCatalogue.Entry(contextLength: contextTokens, maxOutputTokens: maxOutputTokens, price: price)
    }
}
