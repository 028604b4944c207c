/// Counts what runs have taken: one record for each attempt, kept under the attempt's number, so that counting an attempt
/// again changes nothing.
///
/// A store that fails throws its own error; writes are not undone by the cancellation of the calling task.
public protocol UsageMeter: Sendable {
    /// Keeps what an attempt has taken so far. The same again, or less than is known of the attempt, has no effect; with
    /// more, only the tokens and the cost change.
    func record(_ record: UsageRecord) async throws

    /// What is known of a run, in the order of its attempts.
    func records(of runID: String) async throws -> [UsageRecord]

    /// What was spent on some days.
    func sum(of spender: UsageSpender, days: ClosedRange<Int>) async throws -> UsageSum

    /// Forgets at most `limit` attempts of the days before one; returns how many that were.
    func prune(before day: Int, limit: Int) async throws -> Int
}

/// Whose tokens are counted.
public enum UsageSpender: Hashable, Sendable {
    /// All users together.
    case everyone
    /// One user.
    case user(String)
    /// One user in one conversation.
    case userInThread(userID: String, threadID: String)
}
