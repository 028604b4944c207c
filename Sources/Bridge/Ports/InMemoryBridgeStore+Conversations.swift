extension InMemoryBridgeStore {
    package func lastAnsweredTurnID(of threadID: String) -> String? {
        turns.last { turn in
            turn.question.threadID == threadID && turn.runID != nil
                && [.complete, .stopped].contains(turn.answer?.ending)
        }?.turnID
    }
}
