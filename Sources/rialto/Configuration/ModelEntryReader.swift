import PlatformSDK

/// Reads one model of the list, and notes everything that is wrong with it.
struct ModelEntryReader {
    private var reader: ConfigurationTableReader

    /// Makes a reader for the model at a path below the key.
    init(_ node: TOMLNode, path: [String], directory: String) {
        reader = ConfigurationTableReader(node, members: Self.members, kind: "model", path: path, directory: directory)
    }

    /// What is wrong; the model counts only where this is empty.
    var problems: [ConfigurationValueError] { reader.problems }

    /// The model; nil where something is wrong with it.
    mutating func entry() -> ModelEntry? {
        let name: String? = reader.value("name", check: Self.refusal(ofName:))
        var entry = ModelEntry(name: name ?? "")
        entry.title = reader.value("title") { OfferedModel.isUsable($0) ? nil : Self.wrongText }
        entry.contextTokens = reader.value("context_tokens", check: Check.range(Self.tokens))
        entry.maxOutputTokens = reader.value("max_output_tokens", check: Check.range(Self.tokens))
        entry.inputPrice = reader.value("input_price", check: Self.refusal(ofPrice:))
        entry.cachedInputPrice = reader.value("cached_input_price", check: Self.refusal(ofPrice:))
        entry.outputPrice = reader.value("output_price", check: Self.refusal(ofPrice:))
        entry.isSelectable = reader.value("selectable") ?? true
        reader.require("name", "has no `name`")
        if let context = entry.contextTokens, let answer = entry.maxOutputTokens, answer >= context {
            reader.note("must be less than `context_tokens`, which question and answer share", in: "max_output_tokens")
        }
        let prices = ["input_price", "cached_input_price", "output_price"].filter { reader.has($0) }
        if let price = prices.first {
            for needed in ["input_price", "output_price"] {
                reader.require(needed, "has `\(price)` but no `\(needed)`; a price needs both")
            }
        }
        guard problems.isEmpty, name != nil else { return nil }
        return entry
    }

    private static let members = [
        "name", "title", "context_tokens", "max_output_tokens", "input_price", "cached_input_price", "output_price",
        "selectable",
    ]
    private static let tokens = 1...1_000_000_000
    private static let wrongText = "must be a text of at most \(OfferedModel.maximumNameBytes) bytes on one line"

    /// What people could not type as the name of a model, because it means something else.
    private static func refusal(ofName name: String) -> String? {
        guard OfferedModel.isUsable(name) else { return wrongText }
        let isTaken = name.lowercased() == "default" || name.allSatisfy(\.isNumber)
        return isTaken ? "must be neither \"default\" nor a number, which !model takes for something else" : nil
    }

    private static func refusal(ofPrice price: Double) -> String? {
        (0...1_000_000).contains(price) ? nil : "must be a price in US dollars, from 0 to 1000000"
    }
}
