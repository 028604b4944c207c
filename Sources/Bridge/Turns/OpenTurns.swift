package import MatrixAPI
import Synchronization

/// The turns that are not done yet, in a queue for each room, and the signals that stop or change them.
///
/// It only says that there is something to look at: what a turn is stands in the store.
package final class OpenTurns: Sendable {
    /// A turn and its signals.
    package struct Entry: Sendable {
        /// The turn.
        package let turnID: String
        /// When it was queued, by the bridge's clock.
        package let queuedAt: Duration
        /// Raised when a person wants no more of the answer that is being made.
        package fileprivate(set) var stop = WakeSignal()
        /// Raised when the stored turn has changed.
        package let change = WakeSignal()
    }

    private let queues = Mutex<[RoomID: [Entry]]>([:])

    /// Creates empty queues.
    package init() {}

    /// Adds a turn at the end of its room's queue, or tells who works on it that it has changed.
    package func note(_ turn: Turn, at queuedAt: Duration) {
        queues.withLock { queues in
            let roomID = turn.question.place.roomID
            if let entry = queues[roomID]?.first(where: { $0.turnID == turn.turnID }) {
                if turn.isStopRequested { entry.stop.raise() }
                entry.change.raise()
            } else if turn.state != .done {
                queues[roomID, default: []].append(Entry(turnID: turn.turnID, queuedAt: queuedAt))
            }
        }
    }

    /// The turn to run next in a room, with a fresh signal to stop it; it stays in the queue while it runs.
    ///
    /// The turn is to be read from the store after this, which knows of every stop that came before.
    package func begin(in roomID: RoomID) -> Entry? {
        queues.withLock { queues in
            guard queues[roomID]?.isEmpty == false else { return nil }
            queues[roomID]?[0].stop = WakeSignal()
            return queues[roomID]?[0]
        }
    }

    /// Takes the turn that is done out of its room's queue, unless it has changed since.
    package func removeFirst(in roomID: RoomID) {
        queues.withLock { queues in
            guard queues[roomID]?.first?.change.lower() == false else { return }
            queues[roomID]?.removeFirst()
            if queues[roomID]?.isEmpty == true { queues[roomID] = nil }
        }
    }

    /// Stops all turns of a room: the one that runs and those that wait.
    package func stopAll(in roomID: RoomID) {
        for entry in queues.withLock({ $0[roomID] ?? [] }) { entry.stop.raise() }
    }

    /// The rooms that have turns.
    package var rooms: [RoomID] {
        queues.withLock { Array($0.keys) }
    }

    /// How many turns a room has.
    package func count(in roomID: RoomID) -> Int {
        queues.withLock { $0[roomID]?.count ?? 0 }
    }

    /// How many turns there are.
    package var count: Int {
        queues.withLock { $0.values.reduce(0) { $0 + $1.count } }
    }
}
