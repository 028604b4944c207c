package import MatrixAPI

/// Names a piece of a room's state.
package struct StatePiece: Hashable, Sendable {
    /// The room.
    package let roomID: RoomID
    /// What kind of state it is.
    package let type: String
    /// The key of the state.
    package let key: String

    /// Names a piece of state.
    package init(_ type: String, key: String = "", in roomID: RoomID) {
        self.roomID = roomID
        self.type = type
        self.key = key
    }
}
