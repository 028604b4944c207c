package import MatrixAPI
import Synchronization

/// The turns that are not done yet, in a queue for each room, and the signals that stop them.
package final class OpenTurns: Sendable {
    /// A turn and the signal that stops it.
    package struct Entry: Sendable {
        /// The turn as it stood when it was queued.
        package let turn: Turn
        /// Raised when a person wants no more of its answer.
        package let stop: WakeSignal
    }

    private let queues = Mutex<[RoomID: [Entry]]>([:])

    /// Creates empty queues.
    package init() {}

    /// Adds a turn at the end of its room's queue; one that is queued already is left as it is.
    package func add(_ turn: Turn) {
        queues.withLock { queues in
            let roomID = turn.question.place.roomID
            guard queues[roomID]?.contains(where: { $0.turn.turnID == turn.turnID }) != true else { return }
            let stop = WakeSignal()
            if turn.isStopRequested { stop.raise() }
            queues[roomID, default: []].append(Entry(turn: turn, stop: stop))
        }
    }

    /// The turn to run next in a room; it stays in the queue while it runs.
    package func first(in roomID: RoomID) -> Entry? {
        queues.withLock { $0[roomID]?.first }
    }

    /// Takes the turn that is done out of its room's queue.
    package func removeFirst(in roomID: RoomID) {
        queues.withLock { queues in
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
