import PlatformSDK
import Synchronization

/// The runs that this process performs: who is in, who is to stop, and whose end is on its way to the archive.
final class OpenRuns: Sendable {
    private struct Entry {
        /// The run's thread; empty where it is not known yet.
        var threadID: String
        /// Whether the run's opening is in the log.
        var hasBegun: Bool
        var isStopping = false
        /// Whether the terminal event is being appended, or is appended and not archived.
        var isEnding = false
    }

    private struct State {
        var entries: [String: Entry] = [:]
        var isClosed = false
    }

    /// What became of an attempt to open a run.
    enum Admission: Hashable, Sendable {
        /// The caller begins it.
        case admitted
        /// It is open already.
        case known
        /// There are as many as there may be.
        case full
        /// No run is opened any more.
        case closed
    }

    private let state = Mutex(State())
    private let changes = AppendSignals()
    private let limit: Int

    /// Creates room for so many runs.
    init(limit: Int) {
        self.limit = limit
    }

    /// How many runs are open.
    var count: Int { state.withLock { $0.entries.count } }

    /// Opens a run; the limit is for runs that begin, not for those that go on after a restart.
    func open(_ runID: String, threadID: String, goesOn: Bool = false) -> Admission {
        state.withLock { state in
            if state.entries[runID] != nil { return .known }
            if state.isClosed { return .closed }
            if !goesOn, state.entries.count >= limit { return .full }
            state.entries[runID] = Entry(threadID: threadID, hasBegun: goesOn)
            return .admitted
        }
    }

    /// As `open`, but a run that somebody is about to begin is `known` only once its opening is in the log; where that
    /// fails the caller is admitted in its place.
    func openUnlessBegun(_ runID: String, threadID: String, goesOn: Bool = false) async throws -> Admission {
        while true {
            let admission = open(runID, threadID: threadID, goesOn: goesOn)
            guard admission == .known else { return admission }
            try await waitForBegin(runID)
            if state.withLock({ $0.entries[runID]?.hasBegun ?? false }) { return .known }
        }
    }

    /// The run's opening is in the log.
    func noteBegin(_ runID: String) { change(runID) { $0?.hasBegun = true } }

    /// The run belongs to a thread.
    func note(threadID: String, of runID: String) { change(runID) { $0?.threadID = threadID } }

    /// The run's terminal event is about to be appended, or that has failed and the run goes on.
    func note(isEnding: Bool, of runID: String) { change(runID) { $0?.isEnding = isEnding } }

    /// The run is over, or is given up.
    func close(_ runID: String) { change(runID) { $0 = nil } }

    /// Asks for the run's stop; false where it is not open.
    func stop(_ runID: String) -> Bool {
        change(runID) { entry in
            entry?.isStopping = true
            return entry != nil
        }
    }

    /// No run is opened any more.
    func closeDoors() { state.withLock { $0.isClosed = true } }

    /// Returns once the run's opening is in the log, or the run is not open any more.
    func waitForBegin(_ runID: String) async throws {
        try await wait(for: Self.run(runID)) { $0.entries[runID]?.hasBegun ?? true }
    }

    /// Returns once somebody wants the run to stop, or in a cancelled task.
    func waitForStop(_ runID: String) async {
        try? await wait(for: Self.run(runID)) { $0.entries[runID]?.isStopping ?? true }
    }

    /// Returns once no other run of the thread is between its end and the archive.
    func waitForArchive(of threadID: String, except runID: String) async throws {
        try await wait(for: Self.thread(threadID)) { state in
            !state.entries.contains { $0.key != runID && $0.value.threadID == threadID && $0.value.isEnding }
        }
    }

    private static func run(_ id: String) -> String { "run \(id)" }
    private static func thread(_ id: String) -> String { "thread \(id)" }

    @discardableResult
    private func change<Value>(_ runID: String, _ body: (inout Entry?) -> Value) -> Value {
        let (value, threadID) = state.withLock { state in
            let threadID = state.entries[runID]?.threadID
            return (body(&state.entries[runID]), threadID)
        }
        changes.signal(Self.run(runID))
        if let threadID { changes.signal(Self.thread(threadID)) }
        return value
    }

    private func wait(for name: String, until isTrue: @Sendable (borrowing State) -> Bool) async throws {
        let subscription = changes.subscribe(to: name)
        while true {
            subscription.clear()
            if state.withLock({ isTrue($0) }) { return }
            try await subscription.next()
        }
    }
}
