import Foundation
import PlatformSDK
import Synchronization
import Testing

extension EventLogConformance {
    static let tailing: [Case] = [
        Case("follows a run from what is stored to its end, for many readers") { subject async throws in
            let events = Fixtures.answer(of: "run-1", deltas: 599) + [Fixtures.end(601, of: "run-1")]
            try await subject.log.claim("run-1", attempt: 1)
            try await subject.log.append(Array(events[..<50]), to: "run-1", attempt: 1)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for reader in 0..<6 {
                    group.addTask {
                        let from = reader * 10
                        let cursor = from == 0 ? .start : LogCursor(attempt: 1, seq: from)
                        var frames: [LogFrame] = []
                        for try await frame in subject.log.tail("run-1", after: cursor) { frames.append(frame) }
                        #expect(frames == events.dropFirst(from).map(LogFrame.event))
                    }
                }
                for batch in stride(from: 50, to: 600, by: 10) {
                    try await subject.log.append(Array(events[batch..<batch + 10]), to: "run-1", attempt: 1)
                }
                try await subject.log.append([events[600]], to: "run-1", attempt: 1)
                try await group.waitForAll()
            }
        },
        Case("wakes a reader that has caught up, also when the run is only sealed") { subject async throws in
            let events = try await subject.begin("run-1", deltas: 1)
            var tail = subject.log.tail("run-1").makeAsyncIterator()
            #expect(try await tail.next() == .event(events[0]))
            #expect(try await tail.next() == .event(events[1]))
            async let third = {
                var tail = subject.log.tail("run-1", after: LogCursor(attempt: 1, seq: 2))
                    .makeAsyncIterator()
                return try await tail.next()
            }()
            let event = Fixtures.delta(3, of: "run-1")
            try await subject.log.append([event], to: "run-1", attempt: 1)
            #expect(try await third == .event(event))
            async let end = {
                var tail = subject.log.tail("run-1", after: LogCursor(attempt: 1, seq: 3))
                    .makeAsyncIterator()
                return try await tail.next()
            }()
            try await subject.log.seal("run-1", attempt: 1)
            #expect(try await end == nil)
        },
        Case("tells a reader of a reset in the middle of its way") { subject async throws in
            let events = try await subject.begin("run-1", deltas: 3)
            var tail = subject.log.tail("run-1", after: LogCursor(attempt: 1, seq: 3)).makeAsyncIterator()
            #expect(try await tail.next() == .event(events[3]))
            try await subject.log.claim("run-1", attempt: 2, keepingThrough: 2)
            let next = Fixtures.answer(of: "run-1", deltas: 0, attempt: 2, from: 3)
            try await subject.log.append(next, to: "run-1", attempt: 2)
            let reset = RunSnapshot(
                response: Fixtures.snapshot(of: events.prefix(2) + next).response,
                asOf: LogCursor(attempt: 2, seq: 3))
            #expect(try await tail.next() == .reset(reset))
            try await subject.log.append([Fixtures.end(4, of: "run-1", attempt: 2)], to: "run-1", attempt: 2)
            #expect(try await tail.next() == .event(Fixtures.end(4, of: "run-1", attempt: 2)))
            #expect(try await tail.next() == nil)
        },
        Case("begins with a reset where the position was trimmed, and ends after an expired run's") {
            subject async throws in
            let events = try await subject.begin("run-1", deltas: 3)
            try await subject.log.trim("run-1", through: 2)
            var tail = subject.log.tail("run-1").makeAsyncIterator()
            #expect(try await tail.next() == .reset(Fixtures.snapshot(of: events[...])))
            let end = Fixtures.end(5, of: "run-1")
            try await subject.log.append([end], to: "run-1", attempt: 1)
            #expect(try await tail.next() == .event(end))
            #expect(try await tail.next() == nil)

            try await RunProjector(log: subject.log, archive: subject.archive).project("run-1")
            #expect(try await subject.log.expire(sealedBefore: .distantFuture, limit: 1) == 1)
            var frames: [LogFrame] = []
            for try await frame in subject.log.tail("run-1") { frames.append(frame) }
            #expect(frames == [.reset(Fixtures.snapshot(of: events + [end]))])
        },
        Case("lets go of a cancelled reader, and of no other") { subject async throws in
            try await subject.begin("run-1", deltas: 1)
            let read = Mutex(0)
            let reader = Task {
                for try await _ in subject.log.tail("run-1") { read.withLock { $0 += 1 } }
            }
            async let other = {
                var count = 0
                for try await _ in subject.log.tail("run-1") { count += 1 }
                return count
            }()
            try await eventually("the reader has caught up") { read.withLock { $0 } == 2 }
            reader.cancel()
            await #expect(throws: CancellationError.self) { try await reader.value }
            try await subject.log.append([Fixtures.end(3, of: "run-1")], to: "run-1", attempt: 1)
            #expect(try await other == 3)
            #expect(read.withLock { $0 } == 2)
        },
        Case("finishes an append whose task is cancelled, or begins none") { subject async throws in
            try await subject.log.claim("run-1", attempt: 1)
            let events = Fixtures.answer(of: "run-1", deltas: 49)
            for event in events {
                let writer = Task { try await subject.log.append([event], to: "run-1", attempt: 1) }
                writer.cancel()
                let cursor = try? await writer.value
                let lastSeq = try await subject.log.state(of: "run-1").lastSeq
                #expect(cursor == nil ? lastSeq == event.seq - 1 : lastSeq == event.seq)
                if cursor == nil { try await subject.log.append([event], to: "run-1", attempt: 1) }
            }
            #expect(try await subject.frames(of: "run-1", pageSize: 9) == events.map(LogFrame.event))
        },
        Case("keeps a snapshot that follows the run while it is written") { subject async throws in
            let events = Fixtures.answer(of: "run-1", deltas: 299) + [Fixtures.end(301, of: "run-1")]
            try await subject.log.claim("run-1", attempt: 1)
            let projector = RunProjector(log: subject.log, archive: subject.archive, stride: 16)
            async let first = projector.project("run-1")
            async let second = projector.project("run-1")
            for batch in stride(from: 0, to: 301, by: 7) {
                let end = min(batch + 7, 301)
                try await subject.log.append(Array(events[batch..<end]), to: "run-1", attempt: 1)
            }
            let expected = Fixtures.snapshot(of: events[...])
            #expect(try await first == expected)
            #expect(try await second == expected)
            #expect(try await subject.archive.snapshot(of: "run-1") == expected)
        },
    ]
}
