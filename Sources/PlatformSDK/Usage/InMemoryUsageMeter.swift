import Synchronization

/// A meter in memory: the twin of the stored one, for tests and for a program that need not remember.
public final class InMemoryUsageMeter: UsageMeter {
    private struct Key: Hashable {
        let runID: String
        let attempt: Int
    }

    private let records = Mutex<[Key: UsageRecord]>([:])

    /// Creates a meter that has counted nothing.
    public init() {}

    public func record(_ record: UsageRecord) async throws {
        records.withLock { records in
            let key = Key(runID: record.runID, attempt: record.attempt)
            guard let known = records[key] else { return records[key] = record }
            guard record.usage.totalTokens > known.usage.totalTokens else { return }
            records[key] = UsageRecord(
                runID: known.runID, attempt: known.attempt, userID: known.userID, threadID: known.threadID,
                providerID: known.providerID, modelID: known.modelID, day: known.day, usage: record.usage,
                microdollars: record.microdollars)
        }
    }

    public func records(of runID: String) async throws -> [UsageRecord] {
        records.withLock { $0.values.filter { $0.runID == runID } }.sorted { $0.attempt < $1.attempt }
    }

    public func sum(of spender: UsageSpender, days: ClosedRange<Int>) async throws -> UsageSum {
        records.withLock { records in
            records.values.reduce(into: UsageSum()) { sum, record in
                guard days.contains(record.day), record.isSpent(by: spender) else { return }
                sum.add(record)
            }
        }
    }

    public func prune(before day: Int, limit: Int) async throws -> Int {
        records.withLock { records in
            let old = records.filter { $0.value.day < day }.sorted { $0.value.day < $1.value.day }
            let due = old.prefix(max(0, limit))
            for (key, _) in due { records[key] = nil }
            return due.count
        }
    }
}

extension UsageRecord {
    fileprivate func isSpent(by spender: UsageSpender) -> Bool {
        switch spender {
        case .everyone: true
        case .user(let userID): self.userID == userID
        case .userInThread(let userID, let threadID): self.userID == userID && self.threadID == threadID
        }
    }
}
