import PlatformSDK

extension ConversationLibrary {
    /// All that was said in a thread so far: what it goes on from, and its own turns, where it has any.
    func passages(of thread: ConversationThread) async throws -> [ThreadPassage] {
        var passages = thread.passages
        if let turnID = try await lastAnsweredTurnID(of: thread.threadID) {
            passages.append(ThreadPassage(threadID: thread.threadID, turnID: turnID))
        }
        return passages.suffix(ThreadPassage.maximumCount)
    }

    /// Whether nothing was said in a saved conversation's thread since it was saved.
    func isAsSaved(_ save: SavedConversation) async throws -> Bool {
        guard let thread = try await thread(save.threadID) else { return false }
        return try await passages(of: thread) == save.passages
    }
}
