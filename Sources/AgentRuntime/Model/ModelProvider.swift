package import PlatformSDK

/// A service that runs a language model.
package protocol ModelProvider: Sendable {
    /// Asks the model and returns its answer as it is made; throws `ModelError`, here or out of the sequence.
    ///
    /// Cancelling the reading task, or letting go of the sequence, gives the request up.
    func stream(_ request: ModelRequest) async throws -> ReplySequence<ModelEvent>
}

/// What a model is asked.
package struct ModelRequest: Hashable, Sendable {
    /// Who the model is to be; nil leaves it to the model.
    package var instructions: String?
    /// The conversation, oldest first; the last message is the one to answer.
    package var messages: [ModelMessage]

    /// Creates a request.
    package init(instructions: String? = nil, messages: [ModelMessage]) {
        self.instructions = instructions
        self.messages = messages
    }
}

/// One message of a conversation with a model.
package struct ModelMessage: Hashable, Sendable {
    /// Who speaks.
    package enum Role: String, Hashable, Sendable {
        case user, assistant
    }

    /// Who said it.
    package var role: Role
    /// What was said.
    package var text: String

    /// Creates a message.
    package init(role: Role, text: String) {
        self.role = role
        self.text = text
    }
}

/// One event of a model's answer.
package enum ModelEvent: Hashable, Sendable {
    /// More of the answer's text.
    case textDelta(String)
    /// The tokens taken so far; replaces what was reported before.
    case usage(ModelUsage)
}

/// The tokens that an answer took.
package struct ModelUsage: Hashable, Sendable {
    /// The tokens of the question, with instructions and conversation.
    package var promptTokens: Int
    /// The tokens of the answer.
    package var completionTokens: Int

    /// Both together.
    package var totalTokens: Int { promptTokens + completionTokens }

    /// Creates a usage.
    package init(promptTokens: Int = 0, completionTokens: Int = 0) {
        self.promptTokens = promptTokens
        self.completionTokens = completionTokens
    }
}
