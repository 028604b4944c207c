import SQLiteStore
import TestSupport

/// Runs the body with a new or known log database and closes it, however the body ends.
func withLogDatabase<Result>(
    in directory: TemporaryDirectory, _ body: (LogDatabase) async throws -> Result
) async throws -> Result {
    let database = try await LogDatabase.open(in: directory.url)
    do {
        let result = try await body(database)
        try await database.close()
        return result
    } catch {
        try? await database.close()
        throw error
    }
}

/// Runs the body with a new log database in a directory of its own.
func withLogDatabase<Result>(_ body: (LogDatabase) async throws -> Result) async throws -> Result {
    try await withTemporaryDirectory { try await withLogDatabase(in: $0, body) }
}
