package import AgentRuntime
package import PlatformSDK

/// A model that says what an agent says: the agent's text in one message, and its error as the model's.
package struct AgentModel: ModelProvider {
    /// `agent`.
    package let id = "agent"
    /// `agent`.
    package let defaultModel = "agent"

    private let agent: any AgentResponder

    /// Creates a model over an agent.
    package init(_ agent: any AgentResponder) {
        self.agent = agent
    }

    /// The agent is told the run's id, which the request's id begins with.
    package func stream(_ request: ModelRequest) async throws -> ReplySequence<ModelEvent> {
        let runID = request.id.split(separator: "-").dropLast(2).joined(separator: "-")
        guard case .message(let question) = request.history.last else {
            throw ModelError(.invalidRequest, "there is no question")
        }
        let reply = try await agent.respond(
            to: MessageRequest(userID: "model", threadID: "model", runID: runID, text: question.content))
        return .producing(limit: 1) { send in
            _ = await send(.itemStart(ItemStart(itemID: "m", outputIndex: 0, item: .message(.init()))))
            var text = ""
            do {
                for try await event in reply {
                    switch event.event {
                    case .textChunk(let chunk):
                        text += chunk
                        guard await send(.itemDelta(ItemDelta(itemID: "m", deltaContent: chunk))) else { return }
                    case .end(let tokens, _):
                        let usage = Usage(promptTokens: 0, completionTokens: tokens)
                        let done = ItemDone(itemID: "m", finalItem: .message(.init(content: text)))
                        for event in [ModelEvent.itemDone(done), .usage(usage), .finish(.stop)] {
                            _ = await send(event)
                        }
                    default: continue
                    }
                }
            } catch let error as PlatformError {
                throw ModelError(.provider(error.agentCode ?? "FAILED"), error.message)
            }
        }
    }
}
