package import Foundation
package import PlatformSDK
import Synchronization

/// An archive that refuses the snapshots that a test picks, as one on a disk that is full.
package final class FailingRunArchive: RunArchive {
    /// What a refused snapshot throws.
    package struct Failure: Error {}

    private let archive: any RunArchive
    private let refuses: @Sendable (RunSnapshot) -> Bool
    private let refused = Mutex(0)

    /// Wraps an archive that refuses what the closure says.
    package init(_ archive: any RunArchive, refuses: @escaping @Sendable (RunSnapshot) -> Bool) {
        self.archive = archive
        self.refuses = refuses
    }

    /// How many snapshots it has refused.
    package var refusals: Int { refused.withLock { $0 } }

    @discardableResult
    package func store(_ snapshot: RunSnapshot) async throws -> Bool {
        guard !refuses(snapshot) else {
            refused.withLock { $0 += 1 }
            throw Failure()
        }
        return try await archive.store(snapshot)
    }

    package func snapshot(of runID: String) async throws -> RunSnapshot? { try await archive.snapshot(of: runID) }

    package func finishedTurns(
        of threadID: String, through turnID: String?, last limit: Int
    ) async throws -> [RunSnapshot] {
        try await archive.finishedTurns(of: threadID, through: turnID, last: limit)
    }

    package func forget(threadID: String) async throws { try await archive.forget(threadID: threadID) }

    package func prune(storedBefore cutoff: Date, limit: Int) async throws -> Int {
        try await archive.prune(storedBefore: cutoff, limit: limit)
    }
}
