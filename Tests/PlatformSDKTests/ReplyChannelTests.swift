import PlatformSDK
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1))) struct ReplyChannelTests {
    private final class Ahead: Sendable {
        struct State: Sendable {
            var sent = 0
            var received = 0
            var most = 0
        }

        let state = Mutex(State())
    }

    @Test func deliversInOrderAndThenItsError() async throws {
        let channel = ReplyChannel<Int>(limit: 10)
        for number in 1...3 { #expect(await channel.send(number)) }
        channel.finish(throwing: PlatformError(.busy, "x"))
        #expect(await !channel.send(4))
        for number in 1...3 { #expect(try await channel.next() == number) }
        await #expect(throws: PlatformError.self) { try await channel.next() }
        #expect(try await channel.next() == nil)
    }

    @Test func aSlowConsumerHoldsTheProducer() async throws {
        let channel = ReplyChannel<Int>(limit: 4)
        let ahead = Ahead()
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                for number in 0..<1000 {
                    _ = await channel.send(number)
                    ahead.state.withLock { state in
                        state.sent += 1
                        state.most = max(state.most, state.sent - state.received)
                    }
                }
                channel.finish()
            }
            var expected = 0
            while let number = try await channel.next() {
                #expect(number == expected)
                expected += 1
                ahead.state.withLock { $0.received += 1 }
            }
            #expect(expected == 1000)
            try await tasks.waitForAll()
        }
        // One more than the limit: the consumer counts what it has taken a little later.
        #expect(ahead.state.withLock { $0.most } <= 5)
    }

    @Test func anAbandonedChannelFreesItsProducer() async {
        let channel = ReplyChannel<Int>(limit: 1)
        #expect(await channel.send(1))
        await withTaskGroup(of: Bool.self) { tasks in
            tasks.addTask { await channel.send(2) }
            tasks.addTask {
                channel.abandon()
                return false
            }
            for await accepted in tasks { #expect(!accepted) }
        }
    }

    @Test func aProducingSequenceStopsItsFunctionWhenItIsLetGo() async throws {
        let (stopped, stop) = AsyncStream.makeStream(of: Bool.self)
        do {
            let reply = ReplySequence<Int>.producing(limit: 2) { send in
                var number = 0
                while await send(number) { number += 1 }
                stop.yield(true)
            }
            var iterator = reply.makeAsyncIterator()
            #expect(try await iterator.next() == 0)
            #expect(try await iterator.next() == 1)
        }
        for await wasStopped in stopped {
            #expect(wasStopped)
            break
        }
    }
}
