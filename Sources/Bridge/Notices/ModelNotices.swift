package import PlatformSDK

/// What a person reads about the models that can answer them.
package protocol ModelNotices: Sendable {
    /// The models by their numbers, and which one answers in this conversation; nil for the agent's default.
    func models(_ offered: OfferedModels, chosen: String?, prefix: String) -> String
    /// Said when a model has been chosen for this conversation.
    func modelChosen(_ model: OfferedModel) -> String
    /// Said when this conversation goes back to the agent's default, whose name may not be known.
    func defaultModelChosen(_ name: String?) -> String
    /// Said when there is no such model, with the one that was perhaps meant and all there are.
    func unknownModel(_ typed: String, suggestion: String?, _ offered: OfferedModels, prefix: String) -> String
    /// Said when the agent offers no choice, with what this conversation was set to when it did.
    func noModelChoice(chosen: String?, prefix: String) -> String
}
