import PlatformSDK

/// Reads what a run has to know of its thread, and cuts it to the model's context.
struct ThreadHistory: Sendable {
    let archive: any RunArchive
    /// The tokens that question and answer may have together; nil where nobody knows.
    let contextLength: Int?
    /// The tokens that are kept free for the answer.
    let answerTokens: Int
    /// The turns that are read at most.
    let turnLimit: Int

    /// The turns that are shown with a request whose other parts, such as instructions and tools, have so many bytes.
    ///
    /// An earlier run of the same turn is what the request replaces, and no part of its history.
    func window(for request: MessageRequest, otherBytes: Int) async throws -> HistoryWindow {
        let turnID = request.turnID ?? request.runID
        let measure = TurnMeasure(
            try await turns(before: request).filter { $0.turnID != turnID && $0.id != request.runID })
        var window = measure.window
        if let contextLength {
            // No more than half for the answer, however much the model could say.
            let reserve = min(answerTokens, contextLength / 2)
            window.fit(into: contextLength - reserve - measure.tokens(ofBytes: otherBytes))
        }
        return window
    }

    /// The latest turns of the thread, and before them those of what it goes on from.
    private func turns(before request: MessageRequest) async throws -> [Response] {
        var turns = try await archive.finishedTurns(of: request.threadID, last: turnLimit)
        for passage in request.history.suffix(ThreadPassage.maximumCount).reversed() where turns.count < turnLimit {
            turns =
                try await archive.finishedTurns(
                    of: passage.threadID, through: passage.turnID, last: turnLimit - turns.count) + turns
        }
        return turns.map(\.response)
    }
}
