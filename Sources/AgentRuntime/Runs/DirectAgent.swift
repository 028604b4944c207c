package import PlatformSDK

/// An agent without memory: one question, one call of the model, and a run that lives as long as its reader.
package struct DirectAgent: AgentResponder {
    private let persona: Persona
    private let provider: any ModelProvider

    /// Creates an agent that thinks with the provider's model.
    package init(persona: Persona, provider: any ModelProvider) {
        self.persona = persona
        self.provider = provider
    }

    /// Asks the model; a `ModelError` becomes an `agentFailed` that carries its code.
    package func respond(to request: MessageRequest) async throws -> ReplySequence<RunEvent> {
        let question = ModelRequest(
            id: request.runID,
            instructions: persona.prompt,
            history: [.message(.init(content: request.text, origin: .user))]
        )
        do {
            let run = DirectAnswer(answer: try await provider.stream(question))
            return ReplySequence<AgentEvent>(next: {
                do {
                    return try await run.next()
                } catch let error as ModelError {
                    throw error.asPlatformError
                }
            }).numbered()
        } catch let error as ModelError {
            throw error.asPlatformError
        }
    }
}

extension ModelError {
    fileprivate var asPlatformError: PlatformError {
        PlatformError(.agentFailed, message, agentCode: code.description, cause: cause, isRetryable: isRetryable)
    }
}
