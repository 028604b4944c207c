package import PlatformSDK

/// The agent: turns a person's message into a request to a model, and the model's answer into the agent's events.
package struct AgentRuntime: AgentResponder {
    /// Who the agent is.
    package struct Persona: Hashable, Sendable {
        /// The name that it goes by.
        package var name: String
        /// What it is told to be and to do; empty for nothing beyond its name.
        package var instructions: String

        /// Creates a persona.
        package init(name: String, instructions: String = "") {
            self.name = name
            self.instructions = instructions
        }

        /// The instructions as the model gets them.
        package var prompt: String {
            instructions.isEmpty ? "Your name is \(name)." : "Your name is \(name).\n\n\(instructions)"
        }
    }

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
            let run = Run(answer: try await provider.stream(question))
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
