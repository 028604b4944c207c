import Foundation
package import PlatformSDK
import Testing

/// What every `RunArchive` does, as cases over an empty one.
package enum RunArchiveConformance {
    /// A behaviour of an archive.
    package typealias Case = StoreCase<any RunArchive>
    typealias Fixtures = LogFixtures

    /// All cases.
    package static let cases: [Case] = [
        Case("keeps the newest snapshot of each run") { archive async throws in
            #expect(try await archive.snapshot(of: "run-1") == nil)
            let snapshots = (0...3).map { Fixtures.snapshot(of: "run-1", deltas: $0, isFinished: false) }
            #expect(try await archive.store(snapshots[1]))
            #expect(try await !archive.store(snapshots[0]))
            #expect(try await !archive.store(snapshots[1]))
            #expect(try await archive.snapshot(of: "run-1") == snapshots[1])
            #expect(try await archive.store(snapshots[3]))
            #expect(try await archive.snapshot(of: "run-1") == snapshots[3])
            #expect(try await archive.snapshot(of: "run-2") == nil)
        },
        Case("lets a later attempt replace what was further on") { archive async throws in
            let first = Fixtures.snapshot(of: "run-1", deltas: 9, isFinished: false)
            let second = Fixtures.snapshot(
                of: Fixtures.answer(of: "run-1", deltas: 0, attempt: 2), asOf: LogCursor(attempt: 2, seq: 1))
            #expect(try await archive.store(first))
            #expect(try await archive.store(second))
            #expect(try await !archive.store(first))
            #expect(try await archive.snapshot(of: "run-1") == second)
        },
        Case("lists a thread's finished turns in the order in which they began") { archive async throws in
            var stored: [RunSnapshot] = []
            for number in 1...4 {
                try await archive.store(
                    Fixtures.snapshot(of: "run-\(number)", isFinished: false, turnID: "turn-\(number)"))
            }
            for number in [3, 1, 4] {
                let end = Fixtures.snapshot(of: "run-\(number)", isFinished: true, turnID: "turn-\(number)")
                try await archive.store(end)
                stored.append(end)
            }
            let other = Fixtures.snapshot(of: "run-9", isFinished: true, turnID: "turn-9", threadID: "thr-2")
            try await archive.store(other)
            let ordered = [stored[1], stored[0], stored[2]]
            #expect(try await archive.finishedTurns(of: "thr-1", last: 10) == ordered)
            #expect(try await archive.finishedTurns(of: "thr-1", last: 2) == ordered.suffix(2))
            #expect(try await archive.finishedTurns(of: "thr-2", last: 10) == [other])
            #expect(try await archive.finishedTurns(of: "thr-3", last: 10) == [])
        },
        Case("gives a retry the place of the turn that it retries") { archive async throws in
            let first = Fixtures.snapshot(of: "run-a", isFinished: true, turnID: "turn-1")
            let second = Fixtures.snapshot(of: "run-b", isFinished: true, turnID: "turn-2")
            let running = Fixtures.snapshot(of: "run-c", isFinished: false, turnID: "turn-1")
            for snapshot in [first, second, running] { try await archive.store(snapshot) }
            #expect(try await archive.finishedTurns(of: "thr-1", last: 10) == [first, second])
            let retry = Fixtures.snapshot(of: "run-c", isFinished: true, turnID: "turn-1")
            try await archive.store(retry)
            #expect(try await archive.finishedTurns(of: "thr-1", last: 10) == [retry, second])
        },
        Case("gives a thread's turns up to one of them, whatever has become of it") { archive async throws in
            var stored: [RunSnapshot] = []
            for number in 1...5 {
                let isFinished = number != 3
                stored.append(Fixtures.snapshot(of: "run-\(number)", isFinished: isFinished, turnID: "turn-\(number)"))
                try await archive.store(stored[number - 1])
            }
            let other = Fixtures.snapshot(of: "run-9", isFinished: true, turnID: "turn-4", threadID: "thr-2")
            try await archive.store(other)
            func turns(through turnID: String, last limit: Int = 10) async throws -> [RunSnapshot] {
                try await archive.finishedTurns(of: "thr-1", through: turnID, last: limit)
            }
            #expect(try await turns(through: "turn-1") == [stored[0]])
            #expect(try await turns(through: "turn-4") == [stored[0], stored[1], stored[3]])
            #expect(try await turns(through: "turn-4", last: 2) == [stored[1], stored[3]])
            #expect(try await turns(through: "turn-3") == [stored[0], stored[1]])
            #expect(try await turns(through: "turn-9") == [])
            #expect(try await archive.finishedTurns(of: "thr-2", through: "turn-4", last: 10) == [other])
        },
        Case("takes the run of a turn that began last, even where it ended first") { archive async throws in
            let begun = ["run-a", "run-b"].map { Fixtures.snapshot(of: $0, isFinished: false) }
            for snapshot in begun { try await archive.store(snapshot) }
            let second = Fixtures.snapshot(of: "run-b", isFinished: true)
            try await archive.store(second)
            try await archive.store(Fixtures.snapshot(of: "run-a", isFinished: true))
            #expect(try await archive.finishedTurns(of: "thr-1", last: 10) == [second])
            #expect(try await archive.finishedTurns(of: "thr-1", last: 0) == [])
        },
        Case("forgets one thread") { archive async throws in
            let kept = Fixtures.snapshot(of: "run-2", isFinished: true, threadID: "thr-2")
            try await archive.store(Fixtures.snapshot(of: "run-1", isFinished: true))
            try await archive.store(kept)
            try await archive.forget(threadID: "thr-1")
            #expect(try await archive.snapshot(of: "run-1") == nil)
            #expect(try await archive.finishedTurns(of: "thr-1", last: 10) == [])
            #expect(try await archive.snapshot(of: "run-2") == kept)
        },
        Case("forgets what is old, at most as many as asked") { archive async throws in
            for number in 1...3 {
                try await archive.store(Fixtures.snapshot(of: "run-\(number)", isFinished: true))
            }
            #expect(try await archive.prune(storedBefore: .distantPast, limit: 10) == 0)
            #expect(try await archive.prune(storedBefore: .distantFuture, limit: 2) == 2)
            #expect(try await archive.snapshot(of: "run-3") != nil)
            #expect(try await archive.prune(storedBefore: .distantFuture, limit: 2) == 1)
            #expect(try await archive.snapshot(of: "run-3") == nil)
        },
        Case("ends with the newest of many that are stored at the same time") { archive async throws in
            let snapshots = (0..<40).map { Fixtures.snapshot(of: "run-1", deltas: $0, isFinished: false) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for snapshot in snapshots.shuffled() {
                    group.addTask { try await archive.store(snapshot) }
                }
                try await group.waitForAll()
            }
            #expect(try await archive.snapshot(of: "run-1") == snapshots.last)
        },
    ]
}
