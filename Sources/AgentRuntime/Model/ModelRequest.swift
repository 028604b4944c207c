package import PlatformSDK

/// What a model is asked: one call of it, of which a run may make several.
package struct ModelRequest: Hashable, Sendable {
    /// Names this call. Where a provider gives no ids, those of items and calls are made from it, so it must be unique
    /// within the conversation; letters, digits, `_` and `-` only. Never sent by itself.
    package var id: String
    /// The model; nil for the provider's own.
    package var model: String?
    /// Who the model is to be; nil leaves it to the model.
    package var instructions: String?
    /// The conversation, oldest first: each message's origin says who speaks.
    ///
    /// Items of a model's answer go back as `itemDone` brought them, provider state included and unmodified. What a
    /// provider cannot be shown (errors, approvals, another provider's state) it leaves out. A call without its output
    /// gets one that says so, because providers refuse a conversation with a call left open.
    package var history: [OutputItem]
    /// Files, by the place in `history` of the message of a person that they came with.
    package var attachments: [Int: [ModelAttachment]]
    /// What the model may call.
    package var tools: [ModelTool]
    /// Whether it must.
    package var toolChoice: ModelToolChoice
    /// Whether it may call several tools at once; nil leaves it to the provider.
    package var parallelToolCalls: Bool?
    /// The most tokens of the answer, reasoning included; nil for the provider's or the model's own limit.
    package var maxOutputTokens: Int?
    /// How much it is to think; nil leaves it to the provider.
    package var reasoningEffort: ReasoningEffort?
    /// What requests with the same beginning have in common, such as the thread's id, for providers that route by it.
    package var promptCacheKey: String?

    /// Creates a request.
    package init(
        id: String,
        model: String? = nil,
        instructions: String? = nil,
        history: [OutputItem],
        attachments: [Int: [ModelAttachment]] = [:],
        tools: [ModelTool] = [],
        toolChoice: ModelToolChoice = .auto,
        parallelToolCalls: Bool? = nil,
        maxOutputTokens: Int? = nil,
        reasoningEffort: ReasoningEffort? = nil,
        promptCacheKey: String? = nil
    ) {
        self.id = id
        self.model = model
        self.instructions = instructions
        self.history = history
        self.attachments = attachments
        self.tools = tools
        self.toolChoice = toolChoice
        self.parallelToolCalls = parallelToolCalls
        self.maxOutputTokens = maxOutputTokens
        self.reasoningEffort = reasoningEffort
        self.promptCacheKey = promptCacheKey
    }
}

/// A tool that a model may call.
package struct ModelTool: Hashable, Sendable {
    /// The name by which the model calls it: at most 64 letters, digits, `_` and `-`.
    package var name: String
    /// What it does and when to use it, for the model.
    package var description: String
    /// The JSON Schema of its arguments, which are an object.
    package var parameters: OpaqueJSON
    /// Whether the provider must keep to the schema; only some can, and only for some schemas.
    package var isStrict: Bool

    /// Creates a tool.
    package init(name: String, description: String, parameters: OpaqueJSON, isStrict: Bool = false) {
        self.name = name
        self.description = description
        self.parameters = parameters
        self.isStrict = isStrict
    }
}

/// Whether a model must call a tool.
package enum ModelToolChoice: Hashable, Sendable {
    /// The model decides.
    case auto
    /// It must not.
    case none
    /// It must, any one.
    case required
    /// It must call this one. Servers of local models may take it for `auto`.
    case tool(String)
}

/// How much a model is to think before it answers; each provider takes the nearest that it knows.
package enum ReasoningEffort: String, Hashable, Sendable, CaseIterable {
    case none, minimal, low, medium, high, xhigh, max
}
