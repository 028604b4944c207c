import Foundation
import PlatformSDK
import Testing

extension EventLogConformance {
    static let reading: [Case] = [
        Case("reads on from any position, in pages") { subject async throws in
            let events = try await subject.begin("run-1", deltas: 9)
            for seq in 0...10 {
                let cursor = LogCursor(attempt: seq == 0 ? 0 : 1, seq: seq)
                let page = try await subject.log.read("run-1", after: cursor, limit: 4)
                #expect(page.frames == events.dropFirst(seq).prefix(4).map(LogFrame.event))
                #expect(page.next == page.frames.last?.cursor ?? cursor)
                #expect(!page.isEnd)
            }
        },
        Case("says when nothing will follow") { subject async throws in
            try await subject.begin("run-1", deltas: 1)
            try await subject.log.append([Fixtures.end(3, of: "run-1")], to: "run-1", attempt: 1)
            #expect(try await subject.log.read("run-1", after: .start, limit: 2).isEnd == false)
            #expect(try await subject.log.read("run-1", after: .start, limit: 3).isEnd)
            let end = try await subject.log.read("run-1", after: LogCursor(attempt: 1, seq: 3), limit: 3)
            #expect(end == LogPage(frames: [], next: LogCursor(attempt: 1, seq: 3), isEnd: true))
        },
        Case("goes on without a reset where a new owner keeps all") { subject async throws in
            let events = try await subject.begin("run-1", deltas: 2)
            try await subject.log.claim("run-1", attempt: 2)
            let next = Fixtures.delta(4, of: "run-1", attempt: 2)
            try await subject.log.append([next], to: "run-1", attempt: 2)
            #expect(try await subject.frames(of: "run-1") == (events + [next]).map(LogFrame.event))
            #expect(try await subject.frames(of: "run-1", after: LogCursor(attempt: 1, seq: 3)) == [.event(next)])
            #expect(try await subject.frames(of: "run-1", after: LogCursor(attempt: 2, seq: 3)) == [.event(next)])
        },
        Case("resets a reader that has seen what a new owner dropped, and no other") { subject async throws in
            let events = try await subject.begin("run-1", deltas: 4)
            try await subject.log.claim("run-1", attempt: 2, keepingThrough: 3)
            let kept = Fixtures.snapshot(of: events.prefix(3), asOf: LogCursor(attempt: 2, seq: 3))
            #expect(try await subject.frames(of: "run-1", after: LogCursor(attempt: 1, seq: 5)) == [.reset(kept)])
            #expect(try await subject.frames(of: "run-1", after: LogCursor(attempt: 1, seq: 3)) == [])
            let new = Fixtures.answer(of: "run-1", deltas: 2, attempt: 2, from: 4)
            try await subject.log.append(new, to: "run-1", attempt: 2)
            let all = Fixtures.snapshot(of: events.prefix(3) + new)
            for seq in [4, 5] {
                #expect(try await subject.frames(of: "run-1", after: LogCursor(attempt: 1, seq: seq)) == [.reset(all)])
            }
            for cursor in [LogCursor(attempt: 1, seq: 3), LogCursor(attempt: 2, seq: 3)] {
                #expect(try await subject.frames(of: "run-1", after: cursor) == new.map(LogFrame.event))
            }
            let older = try await subject.frames(of: "run-1", after: LogCursor(attempt: 1, seq: 2))
            #expect(older == ([events[2]] + new).map(LogFrame.event))
        },
        Case("keeps a reset back until a new owner that dropped all has begun") { subject async throws in
            try await subject.begin("run-1", deltas: 2)
            try await subject.log.claim("run-1", attempt: 2, keepingThrough: 0)
            let cursor = LogCursor(attempt: 1, seq: 3)
            let nothing = LogPage(frames: [], next: cursor, isEnd: false)
            #expect(try await subject.log.read("run-1", after: cursor, limit: 5) == nothing)
            let again = Fixtures.answer(of: "run-1", deltas: 0, attempt: 2)
            try await subject.log.append(again, to: "run-1", attempt: 2)
            let reset = LogFrame.reset(Fixtures.snapshot(of: again[...]))
            #expect(try await subject.frames(of: "run-1", after: cursor) == [reset])
            #expect(try await subject.frames(of: "run-1") == again.map(LogFrame.event))
        },
        Case("resets a reader at a position that was never there") { subject async throws in
            let events = try await subject.begin("run-1", deltas: 1)
            let reset = LogFrame.reset(Fixtures.snapshot(of: events[...]))
            for cursor in [
                LogCursor(attempt: 1, seq: 3), LogCursor(attempt: 2, seq: 2), LogCursor(attempt: 0, seq: 1),
                LogCursor(attempt: 1, seq: .max),
            ] {
                #expect(try await subject.frames(of: "run-1", after: cursor) == [reset])
            }
        },
        Case("gives the same response whether read at once, after a reset, or from a snapshot on") {
            subject async throws in
            let events = try await subject.begin("run-1", deltas: 12)
            try await subject.log.claim("run-1", attempt: 2, keepingThrough: 8)
            let new = Fixtures.answer(of: "run-1", deltas: 2, attempt: 2, from: 9)
            try await subject.log.append(new + [Fixtures.end(12, of: "run-1", attempt: 2)], to: "run-1", attempt: 2)
            var whole = RunProjection()
            for frame in try await subject.frames(of: "run-1") { whole.apply(frame) }
            for seq in 0...13 {
                var projection = RunProjection()
                for event in events.prefix(seq) { projection.apply(event) }
                for frame in try await subject.frames(of: "run-1", after: projection.cursor) {
                    projection.apply(frame)
                }
                #expect(projection.snapshot == whole.snapshot, "from event \(seq)")
            }
        },
    ]

    static let trimming: [Case] = [
        Case("resets a reader whose position was trimmed, and no other") { subject async throws in
            let events = try await subject.begin("run-1", deltas: 5)
            try await subject.log.trim("run-1", through: 3)
            let reset = LogFrame.reset(Fixtures.snapshot(of: events[...]))
            for cursor in [LogCursor.start, LogCursor(attempt: 1, seq: 2)] {
                #expect(try await subject.frames(of: "run-1", after: cursor) == [reset])
            }
            let rest = try await subject.frames(of: "run-1", after: LogCursor(attempt: 1, seq: 3))
            #expect(rest == events.suffix(3).map(LogFrame.event))
            #expect(try await subject.frames(of: "run-1", after: LogCursor(attempt: 1, seq: 6)) == [])
        },
        Case("goes on after all was trimmed") { subject async throws in
            let events = try await subject.begin("run-1", deltas: 2)
            try await subject.log.trim("run-1", through: 1)
            try await subject.log.trim("run-1", through: 3)
            try await subject.log.trim("run-1", through: 2)
            #expect(try await subject.log.state(of: "run-1").lastSeq == 3)
            // A writer that does not know whether its append has succeeded may ask again.
            #expect(try await subject.log.append(events, to: "run-1", attempt: 1).seq == 3)
            let end = Fixtures.end(4, of: "run-1")
            try await subject.log.append([end], to: "run-1", attempt: 1)
            #expect(try await subject.frames(of: "run-1", after: LogCursor(attempt: 1, seq: 3)) == [.event(end)])
            let reset = LogFrame.reset(Fixtures.snapshot(of: events + [end]))
            #expect(try await subject.frames(of: "run-1") == [reset])
        },
        Case("neither trims nor keeps what is not there") { subject async throws in
            try await subject.begin("run-1", deltas: 2)
            #expect(await subject.code { try await $0.trim("run-1", through: 4) } == .sequenceGap)
            try await subject.log.trim("run-1", through: 2)
            #expect(await subject.code { try await $0.claim("run-1", attempt: 2, keepingThrough: 1) } == .sequenceGap)
            #expect(try await subject.log.claim("run-1", attempt: 2, keepingThrough: 2).lastSeq == 2)
        },
    ]

    static let expiry: [Case] = [
        Case("forgets a run that has ended when the archive has it, and then answers from there") {
            subject async throws in
            let events = try await subject.begin("run-1", deltas: 2) + [Fixtures.end(4, of: "run-1")]
            try await subject.log.append(events, to: "run-1", attempt: 1)
            #expect(try await subject.log.expire(sealedBefore: .distantFuture, limit: 10) == 0)
            let snapshot = try await RunProjector(log: subject.log, archive: subject.archive).project("run-1")
            #expect(try await subject.log.expire(sealedBefore: .distantPast, limit: 10) == 0)
            #expect(try await subject.frames(of: "run-1") == events.map(LogFrame.event))
            #expect(try await subject.log.expire(sealedBefore: .distantFuture, limit: 10) == 1)
            #expect(try await subject.log.expire(sealedBefore: .distantFuture, limit: 10) == 0)

            let last = try #require(snapshot)
            #expect(last == Fixtures.snapshot(of: events[...]))
            for cursor in [LogCursor.start, LogCursor(attempt: 1, seq: 2)] {
                let page = try await subject.log.read("run-1", after: cursor, limit: 5)
                #expect(page == LogPage(frames: [.reset(last)], next: last.asOf, isEnd: true))
            }
            let seen = try await subject.log.read("run-1", after: last.asOf, limit: 5)
            #expect(seen == LogPage(frames: [], next: last.asOf, isEnd: true))
            #expect(try await subject.log.state(of: "run-1").isSealed)
            #expect(await subject.code { try await $0.claim("run-1", attempt: 7) } == .runSealed)
        },
        Case("keeps what is still running, and what the archive has not seen to its end") { subject async throws in
            let events = try await subject.begin("run-1", deltas: 2)
            try await subject.begin("run-2", deltas: 2)
            try await subject.archive.store(Fixtures.snapshot(of: events[...]))
            #expect(try await subject.log.expire(sealedBefore: .distantFuture, limit: 10) == 0)
            try await subject.log.append([Fixtures.end(4, of: "run-1")], to: "run-1", attempt: 1)
            #expect(try await subject.log.expire(sealedBefore: .distantFuture, limit: 10) == 0)
            #expect(try await subject.frames(of: "run-1").count == 4)
        },
        Case("keeps a run whose snapshot in the archive is of events that were dropped") { subject async throws in
            let events = try await subject.begin("run-1", deltas: 4)
            try await subject.archive.store(Fixtures.snapshot(of: events[...]))
            try await subject.log.claim("run-1", attempt: 2, keepingThrough: 3)
            try await subject.log.seal("run-1", attempt: 2)
            #expect(try await subject.log.expire(sealedBefore: .distantFuture, limit: 10) == 0)
            try await RunProjector(log: subject.log, archive: subject.archive).project("run-1")
            let kept = Fixtures.snapshot(of: events.prefix(3), asOf: LogCursor(attempt: 2, seq: 3))
            #expect(try await subject.archive.snapshot(of: "run-1") == kept)
            #expect(try await subject.log.expire(sealedBefore: .distantFuture, limit: 10) == 1)
        },
        Case("lists what has ended and is not archived to its end, and the archive can catch up with it") {
            subject async throws in
            for number in 1...5 {
                let events = try await subject.begin("run-\(number)", deltas: 2)
                // What is kept of the second is older than its end, and the third one's end is archived.
                if number == 2 { try await subject.archive.store(Fixtures.snapshot(of: events[...])) }
                if number == 4 { continue }
                let end = Fixtures.end(4, of: "run-\(number)")
                try await subject.log.append([end], to: "run-\(number)", attempt: 1)
                if number == 3 { try await subject.archive.store(Fixtures.snapshot(of: events + [end])) }
            }
            try await subject.log.claim("run-6", attempt: 1)
            try await subject.log.seal("run-6", attempt: 1)
            let first = try await subject.log.unarchivedRuns(after: nil, limit: 2)
            #expect(first.map(\.runID) == ["run-1", "run-2"])
            #expect(first.first == RunState(runID: "run-1", attempt: 1, lastSeq: 4, isSealed: true))
            let second = try await subject.log.unarchivedRuns(after: "run-2", limit: 2)
            #expect(second.map(\.runID) == ["run-5"])

            let projector = RunProjector(log: subject.log, archive: subject.archive)
            #expect(try await projector.catchUp(pageSize: 2).isEmpty)
            #expect(try await subject.log.unarchivedRuns(after: nil, limit: 10) == [])
            for number in [1, 2, 5] {
                let kept = try await subject.archive.snapshot(of: "run-\(number)")
                #expect(kept?.asOf.seq == 4 && kept?.response.status == .complete)
            }
            #expect(try await subject.archive.snapshot(of: "run-4") == nil)
            #expect(try await subject.log.expire(sealedBefore: .distantFuture, limit: 10) == 5)
        },
        Case("forgets at most as many runs as asked, and an empty one without an archive") { subject async throws in
            for number in 1...3 {
                try await subject.log.claim("run-\(number)", attempt: 1)
                try await subject.log.seal("run-\(number)", attempt: 1)
            }
            #expect(try await subject.log.expire(sealedBefore: .distantFuture, limit: 2) == 2)
            #expect(try await subject.log.expire(sealedBefore: .distantFuture, limit: 2) == 1)
            #expect(await subject.code { _ = try await $0.state(of: "run-1") } == .unknownRun)
        },
    ]
}
