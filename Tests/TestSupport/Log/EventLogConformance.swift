import Foundation
import PlatformSDK
import Testing

/// What every `EventLog` does, as cases over an empty one.
package enum EventLogConformance {
    /// A behaviour of a log.
    package typealias Case = StoreCase<EventLogSubject>
    typealias Fixtures = LogFixtures

    /// All cases.
    package static let cases: [Case] = appending + ownership + reading + tailing + trimming + expiry + edges + chance

    static let appending: [Case] = [
        Case("keeps a run's events as they came, in order") { subject async throws in
            let events = try await subject.begin("run-1", deltas: 20)
            try await subject.begin("run-2", deltas: 1)
            #expect(try await subject.frames(of: "run-1") == events.map(LogFrame.event))
            let state = try await subject.log.state(of: "run-1")
            #expect(state == RunState(runID: "run-1", attempt: 1, lastSeq: 21, isSealed: false))
        },
        Case("keeps every text as it came") { subject async throws in
            try await subject.log.claim("run-\0-1", attempt: 1)
            let texts = ["a\0b", "", "'; DROP TABLE runs; --", "\u{1F469}\u{200D}\u{1F680}\r\n\u{FEFF}"]
            let events = texts.enumerated().map { Fixtures.delta($0 + 1, of: "run-\0-1", text: $1) }
            try await subject.log.append(events, to: "run-\0-1", attempt: 1)
            #expect(try await subject.frames(of: "run-\0-1") == events.map(LogFrame.event))
            #expect(await subject.code { _ = try await $0.state(of: "run-\0-2") } == .unknownRun)
        },
        Case("returns the position after the last event, also of an empty batch") { subject async throws in
            try await subject.begin("run-1", deltas: 2)
            #expect(try await subject.log.append([], to: "run-1", attempt: 1) == LogCursor(attempt: 1, seq: 3))
            let next = [Fixtures.delta(4, of: "run-1")]
            #expect(try await subject.log.append(next, to: "run-1", attempt: 1) == LogCursor(attempt: 1, seq: 4))
        },
        Case("takes events again without effect, also together with new ones") { subject async throws in
            let events = try await subject.begin("run-1", deltas: 3)
            #expect(try await subject.log.append(events, to: "run-1", attempt: 1).seq == 4)
            let overlapping = events.suffix(2) + [Fixtures.delta(5, of: "run-1")]
            #expect(try await subject.log.append(Array(overlapping), to: "run-1", attempt: 1).seq == 5)
            #expect(try await subject.frames(of: "run-1").count == 5)
        },
        Case("takes events again after they have ended the run") { subject async throws in
            let events = try await subject.begin("run-1", deltas: 1) + [Fixtures.end(3, of: "run-1")]
            try await subject.log.append(events, to: "run-1", attempt: 1)
            try await subject.log.append(events, to: "run-1", attempt: 1)
            #expect(try await subject.frames(of: "run-1") == events.map(LogFrame.event))
        },
        Case("refuses another event under a number that is taken") { subject async throws in
            let events = try await subject.begin("run-1", deltas: 3)
            let other = [events[2], Fixtures.delta(4, of: "run-1", id: "other"), Fixtures.delta(5, of: "run-1")]
            let code = await subject.code { try await $0.append(other, to: "run-1", attempt: 1) }
            #expect(code == .sequenceConflict)
            #expect(try await subject.frames(of: "run-1") == events.map(LogFrame.event))
        },
        Case("refuses a gap") { subject async throws in
            try await subject.begin("run-1", deltas: 1)
            for seq in [4, 100] {
                let event = Fixtures.delta(seq, of: "run-1")
                #expect(await subject.code { try await $0.append([event], to: "run-1", attempt: 1) } == .sequenceGap)
            }
            #expect(try await subject.log.state(of: "run-1").lastSeq == 2)
        },
        Case("refuses a batch that does not belong into the run, and all of it") { subject async throws in
            try await subject.begin("run-1", deltas: 0)
            let good = Fixtures.delta(2, of: "run-1")
            let batches = [
                [good, Fixtures.delta(3, of: "run-2")], [good, Fixtures.delta(3, of: "run-1", attempt: 2)],
                [good, Fixtures.delta(4, of: "run-1")], [good, Fixtures.heartbeat(3, of: "run-1")],
                [good, Fixtures.end(3, of: "run-1"), Fixtures.delta(4, of: "run-1")],
                [Fixtures.delta(0, of: "run-1")],
            ]
            for batch in batches {
                #expect(await subject.code { try await $0.append(batch, to: "run-1", attempt: 1) } == .invalidEvent)
            }
            #expect(try await subject.log.state(of: "run-1").lastSeq == 1)
        },
        Case("does not know a run that nobody has begun") { subject async throws in
            let code = await subject.code {
                try await $0.append([Fixtures.delta(1, of: "run-1")], to: "run-1", attempt: 1)
            }
            #expect(code == .unknownRun)
            #expect(await subject.code { try await $0.seal("run-1", attempt: 1) } == .unknownRun)
            #expect(await subject.code { _ = try await $0.state(of: "run-1") } == .unknownRun)
            #expect(await subject.code { _ = try await $0.read("run-1") } == .unknownRun)
            #expect(await subject.code { try await $0.trim("run-1", through: 0) } == .unknownRun)
            #expect(await subject.code { for try await _ in $0.tail("run-1") {} } == .unknownRun)
        },
        Case("loses and mixes up nothing of many runs that are written at the same time") { subject async throws in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for writer in 0..<8 {
                    group.addTask {
                        let runID = "run-\(writer)"
                        try await subject.log.claim(runID, attempt: 1)
                        let events = Fixtures.answer(of: runID, deltas: 59)
                        for batch in stride(from: 0, to: 60, by: 5) {
                            try await subject.log.append(Array(events[batch..<batch + 5]), to: runID, attempt: 1)
                        }
                    }
                }
                try await group.waitForAll()
            }
            for writer in 0..<8 {
                let expected = Fixtures.answer(of: "run-\(writer)", deltas: 59)
                #expect(try await subject.frames(of: "run-\(writer)", pageSize: 7) == expected.map(LogFrame.event))
            }
        },
    ]

    static let ownership: [Case] = [
        Case("is owned by the highest attempt, and refuses what an earlier owner writes") { subject async throws in
            try await subject.begin("run-1", deltas: 2)
            let taken = try await subject.log.claim("run-1", attempt: 3)
            #expect(taken == RunState(runID: "run-1", attempt: 3, lastSeq: 3, isSealed: false))
            let stale = [Fixtures.delta(4, of: "run-1")]
            #expect(await subject.code { try await $0.append(stale, to: "run-1", attempt: 1) } == .notOwner)
            #expect(await subject.code { try await $0.seal("run-1", attempt: 1) } == .notOwner)
            // What is stored already is no excuse: the stale owner has to learn of it.
            let known = Fixtures.answer(of: "run-1", deltas: 2)
            #expect(await subject.code { try await $0.append(known, to: "run-1", attempt: 1) } == .notOwner)
            for attempt in [1, 2, 3] {
                #expect(await subject.code { try await $0.claim("run-1", attempt: attempt) } == .notOwner)
            }
            let next = Fixtures.delta(4, of: "run-1", attempt: 3)
            #expect(await subject.code { try await $0.append([next], to: "run-1", attempt: 4) } == .notOwner)
            try await subject.log.append([next], to: "run-1", attempt: 3)
            #expect(try await subject.frames(of: "run-1").last == .event(next))
        },
        Case("lets one of many claim the same attempt") { subject async throws in
            try await subject.begin("run-1", deltas: 1)
            let owners = await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<10 {
                    group.addTask { await subject.code { try await $0.claim("run-1", attempt: 2) } == nil }
                }
                return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(owners == 1)
        },
        Case("drops what the new owner does not keep") { subject async throws in
            let events = try await subject.begin("run-1", deltas: 5)
            let state = try await subject.log.claim("run-1", attempt: 2, keepingThrough: 3)
            #expect(state.lastSeq == 3)
            let next = Fixtures.delta(4, of: "run-1", attempt: 2, text: "instead")
            try await subject.log.append([next], to: "run-1", attempt: 2)
            let expected = (events.prefix(3) + [next]).map(LogFrame.event)
            #expect(try await subject.frames(of: "run-1") == expected)
            let codes = [
                await subject.code { try await $0.claim("run-1", attempt: 3, keepingThrough: 5) },
                await subject.code { try await $0.claim("run-1", attempt: 3, keepingThrough: -1) },
                await subject.code { try await $0.claim("run-new", attempt: 1, keepingThrough: 1) },
            ]
            #expect(codes == [.sequenceGap, .sequenceGap, .sequenceGap])
            #expect(try await subject.log.state(of: "run-1").attempt == 2)
            #expect(await subject.code { _ = try await $0.state(of: "run-new") } == .unknownRun)
        },
        Case("takes nothing more after the end, from nobody") { subject async throws in
            try await subject.begin("run-1", deltas: 1)
            try await subject.log.append([Fixtures.end(3, of: "run-1")], to: "run-1", attempt: 1)
            let late = [Fixtures.delta(4, of: "run-1")]
            #expect(await subject.code { try await $0.append(late, to: "run-1", attempt: 1) } == .runSealed)
            #expect(await subject.code { try await $0.claim("run-1", attempt: 2) } == .runSealed)
            try await subject.log.seal("run-1", attempt: 1)
            #expect(try await subject.log.state(of: "run-1").isSealed)
        },
        Case("ends a run that has no terminal event") { subject async throws in
            try await subject.begin("run-1", deltas: 1)
            try await subject.log.seal("run-1", attempt: 1)
            let late = [Fixtures.delta(3, of: "run-1")]
            #expect(await subject.code { try await $0.append(late, to: "run-1", attempt: 1) } == .runSealed)
            #expect(await subject.code { try await $0.claim("run-1", attempt: 2) } == .runSealed)
            #expect(try await subject.log.read("run-1").isEnd)
        },
        Case("lists the runs that are not finished, page by page") { subject async throws in
            for number in 1...5 { try await subject.begin("run-\(number)", deltas: number, attempt: number) }
            try await subject.log.append([Fixtures.end(5, of: "run-3", attempt: 3)], to: "run-3", attempt: 3)
            try await subject.log.seal("run-5", attempt: 5)
            try await subject.log.claim("run-4", attempt: 9, keepingThrough: 0)
            let first = try await subject.log.unfinishedRuns(after: nil, limit: 2)
            #expect(
                first == [
                    RunState(runID: "run-1", attempt: 1, lastSeq: 2, isSealed: false),
                    RunState(runID: "run-2", attempt: 2, lastSeq: 3, isSealed: false),
                ])
            let rest = try await subject.log.unfinishedRuns(after: "run-2", limit: 2)
            #expect(rest == [RunState(runID: "run-4", attempt: 9, lastSeq: 0, isSealed: false)])
        },
    ]
}
