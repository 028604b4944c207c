package import MatrixAPI

/// A queue that works on its own, beside all others.
package enum Lane: Hashable, Sendable {
    /// What has arrived in a room, in order.
    case inbox(RoomID)
    /// The turns of a room, in order.
    case turns(RoomID)
    /// The messages to a room that belong to no turn, in order.
    case notices(RoomID)
}

/// Decides which lanes run: each at most once at a time, and once more when it was woken while it ran.
package struct LaneStateMachine: Sendable {
    private var running: [Lane: Bool] = [:]
    private var waiting: [Lane] = []

    /// Creates a machine in which no lane runs.
    package init() {}

    /// How many lanes run.
    package var runningCount: Int { running.count }

    /// Notes that there is work for a lane.
    package mutating func wake(_ lane: Lane) {
        if running[lane] != nil {
            running[lane] = true
        } else {
            running[lane] = false
            waiting.append(lane)
        }
    }

    /// The lanes to start now, in the order in which they were woken.
    package mutating func takeStarts() -> [Lane] {
        defer { waiting.removeAll() }
        return waiting
    }

    /// Notes that a lane found no more work; true when it was woken meanwhile and has to look again.
    package mutating func finished(_ lane: Lane) -> Bool {
        guard running[lane] == true else {
            running[lane] = nil
            return false
        }
        running[lane] = false
        return true
    }
}
