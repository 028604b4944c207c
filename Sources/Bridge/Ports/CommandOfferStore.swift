package import MatrixAPI

/// Remembers which of the bot's commands stand in the state of which room, so that they are not offered again.
package protocol CommandOfferStore: Sendable {
    /// The fingerprints of the descriptions that were sent to a room, by their state keys.
    func commandOffers(in roomID: RoomID) async throws -> [String: String]
    /// Notes that a description was sent to a room, or with nil, that one was withdrawn.
    func noteCommandOffer(_ fingerprint: String?, stateKey: String, in roomID: RoomID) async throws
}
