package import MatrixAPI
import Synchronization

/// The rooms as the bridge knows them, at hand without a look into the store.
package final class RoomDirectory: Sendable {
    private let rooms = Mutex<[RoomID: BridgeRoom]>([:])
    private let announced = Mutex<[RoomID: RoomID]>([:])

    /// Creates an empty directory.
    package init() {}

    /// A room, where it is known.
    package func room(_ roomID: RoomID) -> BridgeRoom? {
        rooms.withLock { $0[roomID] }
    }

    /// The room that has taken a room's place, by its tombstone or by what the homeserver has said ahead of that.
    package func successor(of roomID: RoomID) -> RoomID? {
        room(roomID)?.successor ?? announced.withLock { $0[roomID] }
    }

    /// Takes the homeserver's word that a room was replaced, whose tombstone is still to come.
    package func noteSuccessor(_ successor: RoomID, of roomID: RoomID) {
        announced.withLock { $0[roomID] = successor }
    }

    /// All rooms by their id.
    package var all: [RoomID: BridgeRoom] {
        rooms.withLock { $0 }
    }

    /// How many rooms the bot is in.
    package var joinedCount: Int {
        rooms.withLock { $0.values.count { $0.membership == .joined } }
    }

    /// Takes rooms as they now are; one that was encrypted stays so.
    package func update(_ changed: [BridgeRoom]) {
        rooms.withLock { rooms in
            for var room in changed {
                room.isEncrypted = room.isEncrypted || rooms[room.roomID]?.isEncrypted == true
                rooms[room.roomID] = room
            }
        }
    }
}
