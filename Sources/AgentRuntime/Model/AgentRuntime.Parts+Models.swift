package import PlatformSDK

extension AgentRuntime.Parts {
    /// The model that is asked where a request names none.
    package var defaultModel: String { model ?? provider.defaultModel }

    /// The models that a request may name: the default one, first, and those of the choice.
    package var offeredModels: OfferedModels {
        let listed = choice.first { $0.name == defaultModel }
        let first = listed ?? OfferedModel(name: defaultModel, contextTokens: catalogue[defaultModel]?.contextLength)
        return OfferedModels(defaultName: defaultModel, models: [first] + choice)
    }

    /// The most tokens of a model's answer; nil where nobody has set a limit.
    func answerLimit(of model: String) -> Int? {
        [maxOutputTokens, catalogue[model]?.maxOutputTokens].compactMap(\.self).min()
    }

    /// Why a run cannot be answered by the model that its request names; nil where it can.
    func refusal(ofModel name: String?) -> ResponseError? {
        guard let name, !offeredModels.contains(name) else { return nil }
        let error = PlatformError.modelNotAllowed(name)
        return ResponseError(code: PlatformError.modelNotAllowedCode, message: error.message)
    }
}
