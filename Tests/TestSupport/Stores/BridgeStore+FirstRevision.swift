package import Bridge

extension BridgeStore {
    /// Stores the answer to a question that nobody has changed.
    package func storeAnswer(_ answer: Answer, of turnID: String) async throws {
        try await storeAnswer(answer, of: turnID, revision: 0)
    }

    /// Marks a turn as done whose question nobody has changed.
    package func finish(_ turnID: String) async throws {
        try await finish(turnID, revision: 0)
    }
}
