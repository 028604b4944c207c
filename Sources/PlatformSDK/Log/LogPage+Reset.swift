extension RunState {
    /// The state of an expired run.
    package init(ofExpired snapshot: RunSnapshot) {
        self.init(
            runID: snapshot.response.id, attempt: snapshot.asOf.attempt, lastSeq: snapshot.asOf.seq, isSealed: true)
    }
}

extension LogPage {
    /// What a reader of an expired run gets: nothing where it has seen all, and else the last snapshot.
    package init(ofExpired snapshot: RunSnapshot, after cursor: LogCursor) {
        let frames: [LogFrame] = cursor == snapshot.asOf ? [] : [.reset(snapshot)]
        self.init(frames: frames, next: snapshot.asOf, isEnd: true)
    }

    /// What a reader gets whose position is not in the log; nothing yet where a new owner has dropped all: then the reset
    /// waits for what takes its place.
    package init(resetTo response: Response?, head: LogCursor, after cursor: LogCursor, isSealed: Bool) {
        if let response {
            let snapshot = RunSnapshot(response: response, asOf: head)
            self.init(frames: [.reset(snapshot)], next: head, isEnd: isSealed)
        } else {
            self.init(frames: [], next: cursor, isEnd: isSealed)
        }
    }
}
