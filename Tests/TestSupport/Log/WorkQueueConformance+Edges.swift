import Foundation
import PlatformSDK
import Testing

extension WorkQueueConformance {
    static let edges: [Case] = [
        Case("says of every function that it does not know a group") { subject async throws in
            let queue = subject.queue
            let calls: [(any WorkQueue) async throws -> Void] = [
                { _ = try await $0.nextWork(group: "nobody", consumer: "a", limit: 1) },
                { _ = try await $0.reclaim(group: "nobody", consumer: "a", idleFor: .zero, limit: 1) },
                { _ = try await $0.resume(group: "nobody", consumer: "a", limit: 1) },
                { try await $0.keep(["i1"], group: "nobody", consumer: "a") },
                { _ = try await $0.deadLetters(group: "nobody", limit: 1) },
                { _ = try await $0.backlog(group: "nobody") },
            ]
            for (index, call) in calls.enumerated() {
                let error = await #expect(throws: PlatformError.self) { try await call(queue) }
                #expect(error?.code == .unknownGroup, "function \(index)")
            }
        },
        Case("takes no acknowledgement of what is in nobody's hands") { subject async throws in
            let queue = subject.queue
            try await queue.enqueue(item("i1"))
            try await queue.acknowledge(["i1"], group: "agents")
            try await queue.keep(["i1"], group: "agents", consumer: "a")
            #expect(try await queue.backlog(group: "agents") == 1)
            #expect(try await queue.claim(group: "agents", consumer: "a", limit: 9).map(\.item) == [item("i1")])
            // Whoever has it: the acknowledgement names no consumer.
            try await queue.acknowledge(["i1"], group: "agents")
            #expect(try await queue.backlog(group: "agents") == 0)
            #expect(try await queue.backlog(group: "projectors") == 1)
        },
        Case("hands out the oldest again first, at most as many as asked") { subject async throws in
            let queue = subject.queue
            for number in 0..<5 { try await queue.enqueue(item("i\(number)")) }
            _ = try await queue.claim(group: "agents", consumer: "a", limit: 3)
            _ = try await queue.claim(group: "agents", consumer: "b", limit: 2)
            subject.time.advance(seconds: 60)
            let first = try await queue.reclaim(group: "agents", consumer: "heir", idleFor: .seconds(60), limit: 2)
            #expect(first.map(\.item.id) == ["i0", "i1"])
            let rest = try await queue.reclaim(group: "agents", consumer: "heir", idleFor: .seconds(60), limit: 9)
            #expect(rest.map(\.item.id) == ["i2", "i3", "i4"])
            #expect(try await queue.reclaim(group: "agents", consumer: "heir", idleFor: .zero, limit: 0) == [])
            #expect(try await queue.claim(group: "agents", consumer: "a", limit: 0) == [])
        },
        Case("puts aside what a consumer takes down with it at each restart, and has room again") {
            subject async throws in
            let queue = subject.queue
            for number in 0..<20 { try await queue.enqueue(item("i\(number)")) }
            for group in ["agents", "projectors"] {
                #expect(try await queue.claim(group: group, consumer: "a", limit: 1).map(\.deliveries) == [1])
            }
            try await queue.acknowledge(["i0"], group: "projectors")
            for deliveries in 2...5 {
                let again = try await queue.resume(group: "agents", consumer: "a", limit: 9)
                #expect(again.map(\.deliveries) == [deliveries])
            }
            await #expect(throws: PlatformError.self) { try await queue.enqueue(item("more")) }
            #expect(try await queue.resume(group: "agents", consumer: "a", limit: 9) == [])
            let dead = try await queue.deadLetters(group: "agents", limit: 9)
            #expect(dead == [WorkDelivery(item: item("i0"), deliveries: 5)])
            #expect(try await queue.enqueue(item("more")))
            // Its id stays known, as that of any finished item.
            try await queue.acknowledge(["more"], group: "agents")
            #expect(try await !queue.enqueue(item("i0")))
        },
    ]
}
