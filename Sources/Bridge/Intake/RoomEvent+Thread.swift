import MatrixAPI

extension RoomEvent {
    /// The root of the Matrix thread that the event stands in.
    var threadRoot: EventID? {
        guard case .thread(let root, _, _) = message?.relation else { return nil }
        return root
    }
}
