public import Foundation
import Synchronization

/// Snapshots in memory: the twin of the stored archive, for tests and for a program that need not remember.
public final class InMemoryRunArchive: RunArchive {
    private struct Entry {
        let order: Int
        var snapshot: RunSnapshot
        var updatedAt: Date
    }

    private struct State {
        var entries: [String: Entry] = [:]
        var nextOrder = 0
    }

    private let state = Mutex(State())
    private let now: @Sendable () -> Date

    /// Creates an empty archive; `now` says when a run was stored.
    public init(now: @escaping @Sendable () -> Date = { Date() }) {
        self.now = now
    }

    @discardableResult
    public func store(_ snapshot: RunSnapshot) async throws -> Bool {
        state.withLock { state in
            let known = state.entries[snapshot.response.id]
            if let known, known.snapshot.asOf >= snapshot.asOf { return false }
            let order = known?.order ?? state.nextOrder
            if known == nil { state.nextOrder += 1 }
            state.entries[snapshot.response.id] = Entry(order: order, snapshot: snapshot, updatedAt: now())
            return true
        }
    }

    public func snapshot(of runID: String) async throws -> RunSnapshot? {
        state.withLock { $0.entries[runID]?.snapshot }
    }

    public func finishedTurns(
        of threadID: String, through turnID: String?, last limit: Int
    ) async throws -> [RunSnapshot] {
        let ofThread = state.withLock { state in
            state.entries.values.filter { $0.snapshot.response.threadID == threadID }.sorted { $0.order < $1.order }
        }
        var places: [String: Int] = [:]
        var turns: [RunSnapshot?] = []
        for entry in ofThread {
            let turnID = entry.snapshot.response.turnID
            let place = places[turnID] ?? turns.count
            if place == turns.count {
                places[turnID] = place
                turns.append(nil)
            }
            if entry.snapshot.response.status.isTerminal { turns[place] = entry.snapshot }
        }
        if let turnID { turns.removeSubrange((places[turnID].map { $0 + 1 } ?? 0)...) }
        return turns.compactMap(\.self).suffix(max(0, limit))
    }

    public func forget(threadID: String) async throws {
        state.withLock { state in
            state.entries = state.entries.filter { $0.value.snapshot.response.threadID != threadID }
        }
    }

    public func prune(storedBefore cutoff: Date, limit: Int) async throws -> Int {
        state.withLock { state in
            let due = state.entries.filter { $0.value.updatedAt < cutoff }
                .sorted { $0.value.order < $1.value.order }.prefix(max(0, limit))
            for (runID, _) in due { state.entries[runID] = nil }
            return due.count
        }
    }
}
