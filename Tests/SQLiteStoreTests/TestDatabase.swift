import Foundation
import SQLiteStore
import TestSupport

extension TemporaryDirectory {
    /// The directory's URL.
    var url: URL { URL(fileURLWithPath: path, isDirectory: true) }

    /// The path of the database in it.
    var databasePath: String { file(BridgeDatabase.fileName) }
}

/// Runs the body with a new database and closes it, however the body ends.
func withDatabase<Result>(
    in directory: TemporaryDirectory, _ body: (BridgeDatabase) async throws -> Result
) async throws -> Result {
    let database = try await BridgeDatabase.open(in: directory.url)
    do {
        let result = try await body(database)
        try await database.close()
        return result
    } catch {
        try? await database.close()
        throw error
    }
}

/// Runs the body with a new database in a directory of its own.
func withDatabase<Result>(_ body: (BridgeDatabase) async throws -> Result) async throws -> Result {
    try await withTemporaryDirectory { try await withDatabase(in: $0, body) }
}
