import Foundation
import PlatformSDK
import Testing

extension EventLogConformance {
    static let edges: [Case] = [
        Case("looks at the owner first, then at the batch, then at the numbers") { subject async throws in
            try await subject.begin("run-1", deltas: 1)
            try await subject.log.claim("run-1", attempt: 2)
            let ofOthers = [Fixtures.delta(9, of: "run-2"), Fixtures.delta(11, of: "run-1")]
            #expect(await subject.code { try await $0.append(ofOthers, to: "run-1", attempt: 1) } == .notOwner)
            #expect(await subject.code { try await $0.append([], to: "run-1", attempt: 1) } == .notOwner)
            let withGaps = [Fixtures.delta(9, of: "run-1", attempt: 2), Fixtures.delta(11, of: "run-1", attempt: 2)]
            #expect(await subject.code { try await $0.append(withGaps, to: "run-1", attempt: 2) } == .invalidEvent)
            try await subject.log.append([Fixtures.end(3, of: "run-1", attempt: 2)], to: "run-1", attempt: 2)
            #expect(await subject.code { try await $0.append(withGaps, to: "run-1", attempt: 2) } == .invalidEvent)
            #expect(await subject.code { try await $0.append(ofOthers, to: "run-1", attempt: 1) } == .notOwner)
        },
        Case("takes an expired run for one that has ended, whoever writes") { subject async throws in
            let events = try await subject.begin("run-1", deltas: 1) + [Fixtures.end(3, of: "run-1")]
            try await subject.log.append(events, to: "run-1", attempt: 1)
            try await RunProjector(log: subject.log, archive: subject.archive).project("run-1")
            #expect(try await subject.log.expire(sealedBefore: .distantFuture, limit: 1) == 1)
            // A run that only the archive knows is no different.
            try await subject.archive.store(Fixtures.snapshot(of: "run-2", isFinished: true))
            for runID in ["run-1", "run-2"] {
                let late = [Fixtures.delta(4, of: runID)]
                #expect(await subject.code { try await $0.append(late, to: runID, attempt: 1) } == .runSealed)
                #expect(await subject.code { try await $0.seal(runID, attempt: 1) } == .runSealed)
                #expect(await subject.code { try await $0.trim(runID, through: 0) } == .runSealed)
                #expect(await subject.code { try await $0.claim(runID, attempt: 9) } == .runSealed)
                #expect(try await subject.log.state(of: runID).isSealed)
            }
        },
        Case("lists and forgets nothing where nothing is asked for") { subject async throws in
            try await subject.log.claim("run-1", attempt: 1)
            try await subject.log.claim("run-2", attempt: 1)
            try await subject.log.seal("run-2", attempt: 1)
            #expect(try await subject.log.unfinishedRuns(after: nil, limit: 0) == [])
            #expect(try await subject.log.unfinishedRuns(after: "run-1", limit: 9) == [])
            #expect(try await subject.log.expire(sealedBefore: .distantFuture, limit: 0) == 0)
            #expect(try await subject.log.state(of: "run-2").isSealed)
        },
    ]
}
