package import Foundation
import GRDB

/// The bridge's one database file.
///
/// What was admitted, and with it the sync token that skips it from then on, survives a power loss.
package final class BridgeDatabase: Sendable {
    /// The name of the database file in its directory.
    package static let fileName = "bridge.sqlite"

    private let file: DatabaseFile

    /// The path of the database file.
    package var path: String { file.path }

    /// Opens the database of a directory; creates directory (mode 0700) and file (0600) where they are missing.
    ///
    /// - Throws: `StoreError`.
    package static func open(in directory: URL) async throws -> BridgeDatabase {
        let kind = DatabaseFile.Kind(
            fileName: fileName, applicationID: Schema.applicationID, migrator: { Schema.migrator }, readers: 2)
        return BridgeDatabase(file: try await DatabaseFile.open(kind, in: directory))
    }

    private init(file: DatabaseFile) {
        self.file = file
    }

    /// Closes the database; every later call fails with `StoreError.Code.closed`.
    package func close() async throws {
        try await file.close()
    }

    /// Reads a consistent state of the database.
    ///
    /// - Throws: `StoreError`, and `CancellationError` where the task is cancelled.
    func read<Value: Sendable>(
        _ action: String, _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws -> Value {
        try await file.read(action, body)
    }

    /// Runs a transaction that stands once it has begun, whatever becomes of the calling task.
    ///
    /// - Throws: `StoreError`; nothing is stored then.
    func write<Value: Sendable>(
        _ action: String, _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws -> Value {
        try await file.write(action, body)
    }
}
