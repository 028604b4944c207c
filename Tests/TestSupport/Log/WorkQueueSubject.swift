package import Foundation
package import PlatformSDK
import Synchronization

/// An empty work queue under test, and its clock.
package struct WorkQueueSubject: Sendable {
    /// What the queue is made with.
    package static let configuration = WorkQueueConfiguration(
        name: "work", groups: ["agents", "projectors"], capacity: 20, maximumDeliveries: 5, deadLetterCapacity: 2,
        memoryOfIDs: 3_600)

    /// The time of a queue, which stands still until a test moves it.
    package final class Time: Sendable {
        private let time = Mutex(Date(timeIntervalSince1970: 1_700_000_000))

        /// Creates a time.
        package init() {}

        /// The time now.
        package var now: Date { time.withLock { $0 } }

        /// Moves the time on.
        package func advance(seconds: TimeInterval) { time.withLock { $0 += seconds } }
    }

    /// The queue.
    package let queue: any WorkQueue
    /// The queue's time.
    package let time: Time

    /// Brings a queue and its time together.
    package init(queue: any WorkQueue, time: Time) {
        self.queue = queue
        self.time = time
    }
}
