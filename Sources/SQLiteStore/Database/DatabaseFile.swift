import Foundation
import GRDB
import Synchronization

/// One database file: opened, migrated, and read and written in whole transactions.
///
/// Durability: WAL with `synchronous=FULL`. A transaction is on the disk when its function returns, so what was stored
/// survives a power loss; who writes by `schedule` may choose otherwise for itself. Memory: one writer and a few readers,
/// each with a page cache of 1 MiB at most. Several processes may open the same file; each write waits up to five seconds
/// for the others'.
final class DatabaseFile: Sendable {
    /// What makes one database of this program different from another.
    struct Kind: Sendable {
        /// The name of the file in its directory.
        let fileName: String
        /// Marks the file in SQLite's header.
        let applicationID: Int32
        /// The versions of its schema.
        let migrator: @Sendable () -> DatabaseMigrator
        /// How many connections may read at the same time.
        let readers: Int
    }

    /// The path of the database file.
    let path: String

    private let pool: DatabasePool
    private let isClosed = Atomic(false)

    /// Opens the database of a directory; creates directory (mode 0700) and file (0600) where they are missing.
    ///
    /// An existing directory keeps its mode; an existing file is brought to 0600.
    ///
    /// - Throws: `StoreError`.
    static func open(_ kind: Kind, in directory: URL) async throws -> DatabaseFile {
        try await blocking { try DatabaseFile(kind, directory: directory) }
    }

    private init(_ kind: Kind, directory: URL) throws {
        path = directory.appendingPathComponent(kind.fileName).path
        try Self.createFile(in: directory, path: path)
        do {
            pool = try DatabasePool(path: path, configuration: Self.configuration(of: kind, path: path))
            // GRDB sets NORMAL for every WAL database, after the connection's own preparation.
            try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
            try Self.migrate(pool, with: kind.migrator(), path: path)
        } catch {
            throw StoreError.wrapping(error, action: "open the database", path: path)
        }
    }

    /// Closes the database; every later call fails with `StoreError.Code.closed`.
    ///
    /// The log is moved into the file first, so that the file alone is the database, unless another process reads it.
    func close() async throws {
        isClosed.store(true, ordering: .relaxed)
        do {
            try await Self.blocking { [pool] in
                // SQLite would do this at the last close, but here that is a reader's, which may not write.
                _ = try? pool.writeWithoutTransaction { try $0.checkpoint(.truncate) }
                try pool.close()
            }
        } catch {
            throw StoreError.wrapping(error, action: "close the database", path: path)
        }
    }

    /// Reads a consistent state of the database.
    ///
    /// - Throws: `StoreError`, and `CancellationError` where the task is cancelled.
    func read<Value: Sendable>(
        _ action: String, _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws -> Value {
        try refuseWhenClosed(action)
        do {
            return try await pool.read(body)
        } catch {
            throw StoreError.wrapping(error, action: action, path: path)
        }
    }

    /// Runs a transaction that stands once it has begun, whatever becomes of the calling task.
    ///
    /// GRDB's async function rolls back when its task is cancelled. A caller that is shut down in the middle of a
    /// write could then not tell what is stored, so this one goes by a continuation that cancellation cannot reach.
    ///
    /// - Throws: `StoreError`; nothing is stored then.
    func write<Value: Sendable>(
        _ action: String, _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws -> Value {
        try refuseWhenClosed(action)
        return try await withCheckedThrowingContinuation { continuation in
            pool.asyncWrite(body) { [path] _, result in
                continuation.resume(
                    with: result.mapError { StoreError.wrapping($0, action: action, path: path) })
            }
        }
    }

    /// Hands the connection that writes to a function on the writer's thread, when those before it are done.
    func schedule(_ body: @escaping @Sendable (Result<Database, any Error>) -> Void) {
        do {
            try refuseWhenClosed("write")
        } catch {
            return body(.failure(error))
        }
        pool.asyncWriteWithoutTransaction { body(.success($0)) }
    }

    /// SQLite's own word for a call after closing is the same as for a faulty call.
    private func refuseWhenClosed(_ action: String) throws {
        guard !isClosed.load(ordering: .relaxed) else {
            throw StoreError(.closed, "Could not \(action) in \(path): the database has been closed at shutdown.")
        }
    }

    /// Runs a body that blocks on a thread of its own instead of the cooperative pool's.
    private static func blocking<Value: Sendable>(
        _ body: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue(label: "rialto.store.open").async {
                continuation.resume(with: Result(catching: body))
            }
        }
    }
}
