/// The models that an agent lets people choose from.
///
/// What comes from outside is held to limits: what does not keep them is left out, and so is a name that is there already.
public struct OfferedModels: Hashable, Sendable {
    /// The most models that are offered.
    public static let maximumCount = 128

    /// The model that answers where nobody has chosen one, always one of `models`; nil where the agent does not say.
    public let defaultName: String?
    /// The models in the agent's order, each name once.
    public let models: [OfferedModel]

    /// Creates a list; a default that is not among the models becomes the first of them.
    public init(defaultName: String?, models: [OfferedModel]) {
        let defaultName = defaultName.flatMap { OfferedModel.isUsable($0) ? $0 : nil }
        let isListed = models.contains { $0.name == defaultName }
        var offered = defaultName.map { isListed ? [] : [OfferedModel(name: $0)] } ?? []
        var names = Set(offered.map(\.name))
        for model in models where OfferedModel.isUsable(model.name) && names.insert(model.name).inserted {
            offered.append(model.withinLimits)
        }
        self.models = Array(offered.prefix(Self.maximumCount))
        self.defaultName = self.models.contains { $0.name == defaultName } ? defaultName : nil
    }

    /// Whether a model is one of them.
    public func contains(_ name: String) -> Bool { models.contains { $0.name == name } }
}

/// A model that an agent lets people choose.
public struct OfferedModel: Hashable, Sendable {
    /// The longest name and the longest title, in bytes of UTF-8.
    public static let maximumNameBytes = 200

    /// The name by which a message asks for it.
    public var name: String
    /// What people know it as; nil where that is its name.
    public var title: String?
    /// The tokens that question and answer may have together; nil where that is not known.
    public var contextTokens: Int?

    /// Creates a model.
    public init(name: String, title: String? = nil, contextTokens: Int? = nil) {
        self.name = name
        self.title = title
        self.contextTokens = contextTokens
    }

    /// Whether a text can be the name of a model: short, on one line, and without white space around it.
    public static func isUsable(_ name: String) -> Bool {
        guard (1...maximumNameBytes).contains(name.utf8.count) else { return false }
        guard name.first?.isWhitespace == false, name.last?.isWhitespace == false else { return false }
        return !name.unicodeScalars.contains { scalar in
            let properties = scalar.properties
            return properties.generalCategory == .control || (properties.isWhitespace && scalar != " ")
        }
    }

    fileprivate var withinLimits: OfferedModel {
        OfferedModel(
            name: name, title: title.flatMap { Self.isUsable($0) ? $0 : nil },
            contextTokens: contextTokens.flatMap { $0 > 0 ? $0 : nil })
    }
}

extension PlatformError {
    /// The agent's code for a message that asks for a model which the agent does not offer.
    public static let modelNotAllowedCode = "MODEL_NOT_ALLOWED"

    /// The error for a message that asks for a model which the agent does not offer.
    public static func modelNotAllowed(_ name: String) -> PlatformError {
        PlatformError(
            .agentFailed, "the agent does not offer the model \(name.prefix(OfferedModel.maximumNameBytes))",
            agentCode: modelNotAllowedCode)
    }
}
