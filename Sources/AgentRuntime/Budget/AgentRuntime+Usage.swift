import Foundation
import Logging
package import PlatformSDK

/// What runs take is counted before it could be forgotten: an attempt before its end is in the log, and before another
/// attempt takes its place. So a run that is over is counted, and one that is not is counted by whoever takes it over.
extension AgentRuntime {
    /// The longest pause between attempts to count, and the first one's.
    private static let pauses = (first: Duration.seconds(1), longest: Duration.seconds(30))

    /// Counts what an attempt has taken, as often as it fails until it succeeds: the run's end waits for it, as it waits
    /// for its log.
    ///
    /// - Throws: `CancellationError` in a cancelled task.
    func count(_ usage: Usage, of response: Response, userID: String) async throws {
        var failures = 0
        while true {
            do {
                return try await parts.meter.record(record(of: response, usage, userID: userID))
            } catch {
                try Task.checkCancellation()
                logger.error(
                    "a run's tokens cannot be counted, and it waits",
                    metadata: ["run": "\(response.id)", "error": "\(error)"])
                try await clock.sleep(for: min(Self.pauses.first * (1 << min(failures, 5)), Self.pauses.longest))
                failures += 1
            }
        }
    }

    /// Counts what an attempt has taken that ends without its log; where that fails, whoever takes the run over counts what
    /// the log has of it.
    func countOnce(_ usage: Usage, of response: Response, userID: String) async {
        do {
            try await parts.meter.record(record(of: response, usage, userID: userID))
        } catch {
            logger.warning(
                "an attempt's last tokens may stay uncounted",
                metadata: ["run": "\(response.id)", "error": "\(error)"])
        }
    }

    /// Counts what the last attempt of a run that nobody performs has left in the log, and returns what all its attempts
    /// have taken.
    func countLeftovers(of response: Response, userID: String) async throws -> Usage? {
        let known = try await parts.meter.records(of: response.id)
        let earlier = known.filter { $0.attempt < response.attempt }.reduce(nil) { $0 + $1.usage }
        let own = response.usage.map { record(of: response, $0 - earlier, userID: userID) }
        if let own, own.usage.totalTokens > 0 { try await parts.meter.record(own) }
        return try await parts.meter.records(of: response.id).reduce(nil) { $0 + $1.usage }
    }

    private func record(of response: Response, _ usage: Usage, userID: String) -> UsageRecord {
        UsageRecord(
            runID: response.id, attempt: response.attempt, userID: userID, threadID: response.threadID,
            providerID: response.providerID, modelID: response.modelID,
            day: UsageRecord.day(ofMilliseconds: response.createdAt), usage: usage,
            microdollars: parts.catalogue.cost(of: usage, model: response.modelID).flatMap {
                Int64(exactly: ($0 * 1_000_000).rounded())
            })
    }

    // MARK: What is refused

    /// Today, in UTC.
    var today: Int { UsageRecord.day(ofMilliseconds: Int64((now().timeIntervalSince1970 * 1_000).rounded(.down))) }

    /// Why a run may not begin, or go on as a further attempt, for its model or the budget; nil where it may.
    ///
    /// - Parameter own: What the run itself has taken, which does not count: a run that was let in comes to its end.
    func refusal(of request: MessageRequest, own: Usage?) async throws -> ResponseError? {
        if let refusal = parts.refusal(ofModel: request.model) { return refusal }
        let budget = parts.budget
        guard budget != TokenBudget() else { return nil }
        let (today, own) = (today, own?.totalTokens ?? 0)
        func spent(by spender: UsageSpender, limit: Int?) async throws -> Int {
            guard limit != nil else { return 0 }
            return max(0, try await parts.meter.sum(of: spender, days: today...today).tokens - own)
        }
        let byUser = try await spent(by: .user(request.userID), limit: budget.perUser)
        let byAll = try await spent(by: .everyone, limit: budget.perDay)
        return budget.refusal(spentByUser: byUser, spentByAll: byAll).map {
            ResponseError(code: $0.code, message: $0.message)
        }
    }

    package func usage(userID: String, threadID: String) async throws -> UsageReport {
        let (meter, today) = (parts.meter, today)
        let month = UsageRecord.firstDayOfMonth(today)...today
        var everyone: UsageReport.Budget?
        if let limit = parts.budget.perDay {
            let spent = try await meter.sum(of: .everyone, days: today...today).tokens
            everyone = UsageReport.Budget(spent: spent, limit: limit)
        }
        return UsageReport(
            today: try await meter.sum(of: .user(userID), days: today...today),
            dailyLimit: parts.budget.perUser,
            month: try await meter.sum(of: .user(userID), days: month),
            thread: try await meter.sum(
                of: .userInThread(userID: userID, threadID: threadID), days: min(0, today)...today),
            everyone: everyone)
    }
}
