package import Foundation
package import PlatformSDK
import Synchronization

/// A log whose writes fail from some point on, as those of a disk that is full or of a process that is about to die.
package final class FailingEventLog: EventLog {
    /// What a failed write throws.
    package struct Failure: Error {}

    private let log: any EventLog
    private let rest: Mutex<Int>
    private let appended = Mutex<[Append]>([])
    private let storesTheLast: Bool
    private let willLook: @Sendable (Look) async throws -> Void
    private let willAppend: @Sendable ([StreamEvent]) async throws -> Void

    /// A look at what is stored.
    package enum Look: Hashable, Sendable {
        /// At the state of one run.
        case state
        /// At the list of unfinished runs.
        case unfinishedRuns
    }

    /// Wraps a log of which so many writes succeed.
    ///
    /// - Parameters:
    ///   - storesTheLast: Whether the first write that fails is stored all the same, as one whose confirmation is lost.
    ///   - willLook: Called before each look at what is stored.
    ///   - willAppend: Called before events are appended.
    package init(
        _ log: any EventLog, writes: Int = .max, storesTheLast: Bool = false,
        willLook: @escaping @Sendable (Look) async throws -> Void = { _ in },
        willAppend: @escaping @Sendable ([StreamEvent]) async throws -> Void = { _ in }
    ) {
        self.willAppend = willAppend
        self.willLook = willLook
        self.log = log
        self.storesTheLast = storesTheLast
        rest = Mutex(writes)
    }

    /// Lets so many more writes succeed.
    package func mend(writes: Int) {
        rest.withLock { $0 = writes }
    }

    /// An append that has succeeded.
    package struct Append: Sendable {
        /// What was appended.
        package let events: [StreamEvent]
        /// What it was to outlast.
        package let durability: Durability
    }

    /// The appends so far that have succeeded.
    package var appends: [Append] { appended.withLock { $0 } }

    /// Whether a write has failed.
    package var hasFailed: Bool { failures > 0 }

    /// The writes that have failed since the last mending.
    package var failures: Int { max(0, -rest.withLock { $0 }) }

    /// Writes something else on the same disk.
    package func write<Value>(_ body: () async throws -> Value) async throws -> Value {
        let left = rest.withLock { rest in
            rest -= 1
            return rest
        }
        if left < 0 {
            if left == -1, storesTheLast { _ = try await body() }
            throw Failure()
        }
        return try await body()
    }

    @discardableResult
    package func claim(_ runID: String, attempt: Int, keepingThrough seq: Int?) async throws -> RunState {
        try await write { try await log.claim(runID, attempt: attempt, keepingThrough: seq) }
    }

    @discardableResult
    package func append(
        _ events: [StreamEvent], to runID: String, attempt: Int, durability: Durability
    ) async throws -> LogCursor {
        try await willAppend(events)
        let cursor = try await write {
            try await log.append(events, to: runID, attempt: attempt, durability: durability)
        }
        appended.withLock { $0.append(Append(events: events, durability: durability)) }
        return cursor
    }

    package func seal(_ runID: String, attempt: Int) async throws {
        try await write { try await log.seal(runID, attempt: attempt) }
    }

    package func state(of runID: String) async throws -> RunState {
        try await willLook(.state)
        return try await log.state(of: runID)
    }

    package func unfinishedRuns(after runID: String?, limit: Int) async throws -> [RunState] {
        try await willLook(.unfinishedRuns)
        return try await log.unfinishedRuns(after: runID, limit: limit)
    }

    package func unarchivedRuns(after runID: String?, limit: Int) async throws -> [RunState] {
        try await log.unarchivedRuns(after: runID, limit: limit)
    }

    package func read(_ runID: String, after cursor: LogCursor, limit: Int) async throws -> LogPage {
        try await log.read(runID, after: cursor, limit: limit)
    }

    package func tail(_ runID: String, after cursor: LogCursor) -> LogTail { log.tail(runID, after: cursor) }

    package func trim(_ runID: String, through seq: Int) async throws { try await log.trim(runID, through: seq) }

    package func expire(sealedBefore cutoff: Date, limit: Int) async throws -> Int {
        try await log.expire(sealedBefore: cutoff, limit: limit)
    }
}
