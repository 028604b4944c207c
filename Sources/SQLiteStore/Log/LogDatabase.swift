package import Foundation
import GRDB
import PlatformSDK

/// The database of the event log, the run archive and the work queues, beside the bridge's.
///
/// A file of its own: what is written often does not hold up what the bridge stores, and its retention is another. One
/// process appends; readers in other processes see what is stored but are not woken.
package final class LogDatabase: Sendable {
    /// The name of the database file in its directory.
    package static let fileName = "log.sqlite"

    /// Tells the readers of this process what was appended.
    let signals = AppendSignals()
    private let file: DatabaseFile
    private let writes: GroupCommit

    /// The path of the database file.
    package var path: String { file.path }

    /// Opens the database of a directory; creates directory (mode 0700) and file (0600) where they are missing.
    ///
    /// - Throws: `StoreError`.
    package static func open(in directory: URL) async throws -> LogDatabase {
        let kind = DatabaseFile.Kind(
            fileName: fileName, applicationID: LogSchema.applicationID, migrator: { LogSchema.migrator }, readers: 4)
        return LogDatabase(file: try await DatabaseFile.open(kind, in: directory))
    }

    private init(file: DatabaseFile) {
        self.file = file
        writes = GroupCommit(file)
    }

    /// Closes the database; every later call fails with `StoreError.Code.closed`.
    package func close() async throws {
        try await file.close()
    }

    /// Reads a consistent state of the database.
    ///
    /// - Throws: `StoreError`, `PlatformError` of the body, and `CancellationError` where the task is cancelled.
    func read<Value: Sendable>(
        _ action: String, _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws -> Value {
        try await file.read(action, body)
    }

    /// Runs a write that shares its transaction with others; see `GroupCommit`.
    ///
    /// - Throws: `StoreError` or `PlatformError`; nothing is stored then.
    func write<Value: Sendable>(
        _ action: String, _ durability: Durability = .synced, _ body: @escaping @Sendable (Database) throws -> Value,
        stored: @escaping @Sendable (Value) -> Void = { _ in }
    ) async throws -> Value {
        try await writes.write(action, durability, body, stored: stored)
    }
}
