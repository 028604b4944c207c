import Synchronization

/// Counts the tokens that were spent, by user and day. Days are those of UTC, counted from 1970-01-01.
package protocol UsageMeter: Sendable {
    /// Adds what a run has taken.
    func record(tokens: Int, userID: String, day: Int) async throws
    /// The tokens of a day, those of one user and those of all together.
    func spent(userID: String, day: Int) async throws -> (byUser: Int, byAll: Int)
}

/// A meter in memory, which knows the last two days and begins anew with the process.
package final class InMemoryUsageMeter: UsageMeter {
    private let days = Mutex<[Int: [String: Int]]>([:])

    /// Creates a meter that has counted nothing.
    package init() {}

    package func record(tokens: Int, userID: String, day: Int) async throws {
        days.withLock { days in
            days[day, default: [:]][userID, default: 0] += tokens
            let latest = days.keys.max() ?? day
            days = days.filter { $0.key >= latest - 1 }
        }
    }

    package func spent(userID: String, day: Int) async throws -> (byUser: Int, byAll: Int) {
        days.withLock { days in
            let users = days[day] ?? [:]
            return (users[userID] ?? 0, users.values.reduce(0, +))
        }
    }
}
