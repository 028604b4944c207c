import Foundation
import PlatformSDK
import Testing

/// What every `WorkQueue` does, as cases over an empty one that is made with `WorkQueueSubject.configuration`.
package enum WorkQueueConformance {
    /// A behaviour of a queue.
    package typealias Case = StoreCase<WorkQueueSubject>

    /// All cases.
    package static let cases: [Case] = handingOut + redelivering + edges

    static let handingOut: [Case] = [
        Case("hands every item out once to each group, the oldest first") { subject async throws in
            let queue = subject.queue
            #expect(try await queue.claim(group: "agents", consumer: "a", limit: 5) == [])
            let items = (0..<4).map { item("i\($0)") }
            for item in items { #expect(try await queue.enqueue(item)) }
            let first = try await queue.claim(group: "agents", consumer: "a", limit: 3)
            #expect(first == items.prefix(3).map { WorkDelivery(item: $0, deliveries: 1) })
            let second = try await queue.claim(group: "agents", consumer: "b", limit: 3)
            #expect(second.map(\.item) == [items[3]])
            #expect(try await queue.claim(group: "agents", consumer: "a", limit: 3) == [])
            let other = try await queue.claim(group: "projectors", consumer: "a", limit: 9)
            #expect(other.map(\.item) == items)
        },
        Case("keeps every payload as it came") { subject async throws in
            let payloads = [Data(), Data([0, 255, 10]), Data(String(repeating: "\u{1F980}", count: 9_000).utf8)]
            for (index, payload) in payloads.enumerated() {
                try await subject.queue.enqueue(WorkItem(id: "i\0\(index)", payload: payload))
            }
            let claimed = try await subject.queue.claim(group: "agents", consumer: "a", limit: 9)
            #expect(claimed.map(\.item.payload) == payloads)
            #expect(claimed.map(\.item.id) == ["i\0\(0)", "i\0\(1)", "i\0\(2)"])
        },
        Case("takes the same id once, also after it is done, until the id is forgotten") { subject async throws in
            let queue = subject.queue
            #expect(try await queue.enqueue(item("i1")))
            #expect(try await !queue.enqueue(WorkItem(id: "i1", payload: Data("other".utf8))))
            for group in ["agents", "projectors"] {
                let claimed = try await queue.claim(group: group, consumer: "a", limit: 9)
                #expect(claimed.map(\.item) == [item("i1")])
                #expect(try await !queue.enqueue(item("i1")))
                try await queue.acknowledge(["i1"], group: group)
            }
            subject.time.advance(seconds: 3_599)
            #expect(try await !queue.enqueue(item("i1")))
            subject.time.advance(seconds: 1)
            #expect(try await queue.enqueue(item("i1")))
            #expect(try await queue.claim(group: "agents", consumer: "a", limit: 9).count == 1)
        },
        Case("takes no more than it may hold, and again when there is room") { subject async throws in
            let queue = subject.queue
            for number in 0..<20 { try await queue.enqueue(item("i\(number)")) }
            let full = await #expect(throws: PlatformError.self) { try await queue.enqueue(item("more")) }
            #expect(full?.code == .queueFull)
            #expect(full?.isRetryable == true)
            // What is known already is no matter of room.
            #expect(try await !queue.enqueue(item("i0")))
            _ = try await queue.claim(group: "agents", consumer: "a", limit: 1)
            try await queue.acknowledge(["i0"], group: "agents")
            await #expect(throws: PlatformError.self) { try await queue.enqueue(item("more")) }
            _ = try await queue.claim(group: "projectors", consumer: "a", limit: 1)
            try await queue.acknowledge(["i0"], group: "projectors")
            #expect(try await queue.enqueue(item("more")))
        },
        Case("does not know a group that it was not made with") { subject async throws in
            let error = await #expect(throws: PlatformError.self) {
                try await subject.queue.claim(group: "nobody", consumer: "a", limit: 1)
            }
            #expect(error?.code == .unknownGroup)
            let other = await #expect(throws: PlatformError.self) {
                try await subject.queue.acknowledge(["i1"], group: "nobody")
            }
            #expect(other?.code == .unknownGroup)
        },
        Case("hands an item to one of many who ask at the same time") { subject async throws in
            for number in 0..<20 { try await subject.queue.enqueue(item("i\(number)")) }
            let claimed = try await withThrowingTaskGroup(of: [WorkDelivery].self) { group in
                for consumer in 0..<8 {
                    group.addTask {
                        var claimed: [WorkDelivery] = []
                        while true {
                            let work = try await subject.queue.claim(
                                group: "agents", consumer: "c\(consumer)", limit: 2)
                            if work.isEmpty { return claimed }
                            claimed += work
                        }
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(claimed.count == 20)
            #expect(Set(claimed.map(\.item.id)).count == 20)
        },
        Case("wakes who waits for work, and lets go of a cancelled one") { subject async throws in
            let queue = subject.queue
            async let work = queue.nextWork(group: "agents", consumer: "a", limit: 5)
            let cancelled = Task { try await queue.nextWork(group: "projectors", consumer: "b", limit: 5) }
            cancelled.cancel()
            await #expect(throws: CancellationError.self) { try await cancelled.value }
            try await queue.enqueue(item("i1"))
            #expect(try await work.map(\.item.id) == ["i1"])
            #expect(try await queue.nextWork(group: "projectors", consumer: "b", limit: 5).count == 1)
        },
    ]

    static let redelivering: [Case] = [
        Case("hands out again what a consumer left behind, and only that") { subject async throws in
            let queue = subject.queue
            for number in 0..<4 { try await queue.enqueue(item("i\(number)")) }
            _ = try await queue.claim(group: "agents", consumer: "dead", limit: 2)
            subject.time.advance(seconds: 20)
            _ = try await queue.claim(group: "agents", consumer: "alive", limit: 1)
            subject.time.advance(seconds: 10)
            #expect(try await reclaim(queue, after: 31) == [])
            let reclaimed = try await reclaim(queue, after: 30)
            #expect(reclaimed == [item("i0"), item("i1")].map { WorkDelivery(item: $0, deliveries: 2) })
            #expect(try await reclaim(queue, after: 30) == [])
            try await queue.acknowledge(["i0", "i1", "unknown"], group: "agents")
            try await queue.acknowledge(["i0"], group: "agents")
            #expect(try await queue.backlog(group: "agents") == 2)
            #expect(try await queue.backlog(group: "projectors") == 4)
        },
        Case("reclaims nothing of a consumer that says it is at work") { subject async throws in
            let queue = subject.queue
            for number in 0..<2 { try await queue.enqueue(item("i\(number)")) }
            _ = try await queue.claim(group: "agents", consumer: "slow", limit: 2)
            subject.time.advance(seconds: 50)
            try await queue.keep(["i1"], group: "agents", consumer: "slow")
            try await queue.keep(["i0"], group: "agents", consumer: "other")
            subject.time.advance(seconds: 20)
            #expect(try await reclaim(queue, after: 60).map(\.item.id) == ["i0"])
        },
        Case("gives a restarted consumer what it had in its hands") { subject async throws in
            let queue = subject.queue
            for number in 0..<3 { try await queue.enqueue(item("i\(number)")) }
            _ = try await queue.claim(group: "agents", consumer: "a", limit: 2)
            _ = try await queue.claim(group: "agents", consumer: "b", limit: 1)
            let resumed = try await queue.resume(group: "agents", consumer: "a", limit: 1)
            #expect(resumed == [WorkDelivery(item: item("i0"), deliveries: 2)])
            let all = try await queue.resume(group: "agents", consumer: "a", limit: 5)
            #expect(all.map(\.deliveries) == [3, 2])
            #expect(try await queue.resume(group: "agents", consumer: "c", limit: 5) == [])
        },
        Case("puts aside what was handed out five times in vain") { subject async throws in
            let queue = subject.queue
            for number in 0..<4 { try await queue.enqueue(item("i\(number)")) }
            var deliveries = try await queue.claim(group: "agents", consumer: "a", limit: 3).map(\.deliveries)
            while !deliveries.isEmpty {
                subject.time.advance(seconds: 60)
                let again = try await reclaim(queue, after: 60)
                if let last = again.last { deliveries.append(last.deliveries) }
                if again.isEmpty { break }
            }
            #expect(deliveries == [1, 1, 1, 2, 3, 4, 5])
            // Two of three, the latest: the queue keeps no more.
            let dead = [item("i1"), item("i2")].map { WorkDelivery(item: $0, deliveries: 5) }
            #expect(try await queue.deadLetters(group: "agents", limit: 9) == dead)
            #expect(try await queue.deadLetters(group: "agents", limit: 1) == dead.suffix(1))
            #expect(try await queue.deadLetters(group: "projectors", limit: 9) == [])
            #expect(try await queue.backlog(group: "agents") == 1)
            #expect(try await queue.backlog(group: "projectors") == 4)
            #expect(try await queue.claim(group: "projectors", consumer: "p", limit: 9).count == 4)
        },
    ]

    static func item(_ id: String) -> WorkItem {
        WorkItem(id: id, payload: Data("work \(id)".utf8))
    }

    private static func reclaim(_ queue: any WorkQueue, after seconds: Int) async throws -> [WorkDelivery] {
        try await queue.reclaim(group: "agents", consumer: "heir", idleFor: .seconds(seconds), limit: 9)
    }
}
