package import PlatformSDK

/// A meter that counts on the disk of a failing log, and fails with it.
package struct FailingUsageMeter: UsageMeter {
    private let meter: any UsageMeter
    private let disk: FailingEventLog

    /// Wraps a meter.
    package init(_ meter: any UsageMeter, on disk: FailingEventLog) {
        self.meter = meter
        self.disk = disk
    }

    package func record(_ record: UsageRecord) async throws {
        try await disk.write { try await meter.record(record) }
    }

    package func records(of runID: String) async throws -> [UsageRecord] { try await meter.records(of: runID) }

    package func sum(of spender: UsageSpender, days: ClosedRange<Int>) async throws -> UsageSum {
        try await meter.sum(of: spender, days: days)
    }

    package func prune(before day: Int, limit: Int) async throws -> Int {
        try await meter.prune(before: day, limit: limit)
    }
}
