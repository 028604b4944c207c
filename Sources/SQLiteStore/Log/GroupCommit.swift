import GRDB
import PlatformSDK
import Synchronization

/// Puts the writes that come while one transaction is on its way to the disk together into the next one.
///
/// A transaction costs a wait for the disk whether it holds one write or many, so writers that come at the same time
/// share it, and there is no wait where none of them asks for it. What waits is bounded by the writers, each of which waits
/// for its own write.
final class GroupCommit: Sendable {
    private struct State {
        var waiting: [any PendingWrite] = []
        var isWriting = false
    }

    private let state = Mutex(State())
    private let file: DatabaseFile
    private let limit: Int

    /// Creates a writer; `limit` is how many writes a transaction holds at most.
    init(_ file: DatabaseFile, limit: Int = 256) {
        self.file = file
        self.limit = limit
    }

    /// Runs a write in a transaction, which stands when this returns, whatever becomes of the calling task.
    ///
    /// A body that throws `PlatformError` has decided against its write before it changed anything; the other writes of
    /// the transaction stand then. After any other error each of them gets a transaction of its own.
    ///
    /// - Parameter stored: Called once the write stands, in the order of the writes, on the writer's thread.
    func write<Value: Sendable>(
        _ action: String, _ durability: Durability, _ body: @escaping @Sendable (Database) throws -> Value,
        stored: @escaping @Sendable (Value) -> Void
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            let write = Write(
                action: action, path: file.path, durability: durability, body: body, stored: stored,
                continuation: continuation)
            let begins = state.withLock { state in
                state.waiting.append(write)
                defer { state.isWriting = true }
                return !state.isWriting
            }
            if begins { writeNext() }
        }
    }

    private func writeNext() {
        file.schedule { [self] result in
            let writes = state.withLock { state in
                let next = state.waiting.prefix(limit)
                state.waiting.removeFirst(next.count)
                return Array(next)
            }
            switch result {
            case .success(let database): Self.perform(writes, in: database)
            case .failure(let error): for write in writes { write.conclude(error) }
            }
            let goesOn = state.withLock { state in
                state.isWriting = !state.waiting.isEmpty
                return state.isWriting
            }
            if goesOn { writeNext() }
        }
    }

    private static func perform(_ writes: [any PendingWrite], in database: Database) {
        do {
            // In WAL mode `NORMAL` leaves out the wait for the disk, and nothing else; the next `FULL` makes up for it.
            let isSynced = writes.contains { $0.durability == .synced }
            try database.execute(sql: "PRAGMA synchronous = \(isSynced ? "FULL" : "NORMAL")")
            try database.inTransaction(.immediate) {
                for write in writes { try write.perform(in: database) }
                return .commit
            }
            for write in writes { write.conclude(nil) }
        } catch {
            guard writes.count > 1 else { return writes.forEach { $0.conclude(error) } }
            for write in writes { perform([write], in: database) }
        }
    }
}

/// A write that waits for its transaction.
private protocol PendingWrite: Sendable {
    /// What the write is to outlast.
    var durability: Durability { get }
    /// Changes the database; keeps what the caller is to get.
    func perform(in database: Database) throws
    /// Tells the caller, once: what it is to get, or why nothing is stored.
    func conclude(_ error: (any Error)?)
}

private final class Write<Value: Sendable>: PendingWrite {
    let durability: Durability
    private let action: String
    private let path: String
    private let body: @Sendable (Database) throws -> Value
    private let stored: @Sendable (Value) -> Void
    private let continuation: CheckedContinuation<Value, any Error>
    private let outcome = Mutex<Result<Value, any Error>?>(nil)

    init(
        action: String, path: String, durability: Durability, body: @escaping @Sendable (Database) throws -> Value,
        stored: @escaping @Sendable (Value) -> Void, continuation: CheckedContinuation<Value, any Error>
    ) {
        self.action = action
        self.path = path
        self.durability = durability
        self.body = body
        self.stored = stored
        self.continuation = continuation
    }

    func perform(in database: Database) throws {
        do {
            let value = try body(database)
            outcome.withLock { $0 = .success(value) }
        } catch let error as PlatformError {
            outcome.withLock { $0 = .failure(error) }
        }
    }

    func conclude(_ error: (any Error)?) {
        if let error {
            continuation.resume(throwing: StoreError.wrapping(error, action: action, path: path))
        } else if let outcome = outcome.withLock({ $0 }) {
            if case .success(let value) = outcome { stored(value) }
            continuation.resume(with: outcome)
        }
    }
}
