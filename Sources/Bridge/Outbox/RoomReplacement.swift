import Logging
import MatrixAPI

/// Tells whether a room that takes no more messages has been replaced by another, also before a sync says so.
///
/// A homeserver closes a room when it replaces it, and a message can meet the closed room before the tombstone arrives.
struct RoomReplacement: Sendable {
    private let homeserver: any Homeserver
    private let directory: RoomDirectory

    init(homeserver: any Homeserver, directory: RoomDirectory) {
        self.homeserver = homeserver
        self.directory = directory
    }

    /// Asks for the room that has taken a room's place, which the directory knows from then on.
    ///
    /// Throws where the homeserver does not answer now; where it refuses to, the room has none.
    func look(for roomID: RoomID) async throws(HomeserverError) {
        guard directory.successor(of: roomID) == nil else { return }
        do throws(HomeserverError) {
            guard let successor = try await homeserver.successor(of: roomID), successor != roomID else { return }
            directory.noteSuccessor(successor, of: roomID)
        } catch {
            switch error.kind {
            case .rejected, .unintelligible: return
            case .limited, .unreachable, .unknownToken, .cancelled: throw error
            }
        }
    }
}

extension NewOutgoingEvent {
    /// The same message for the room that has taken its room's place; nil where it has been there already.
    ///
    /// It answers no event there, as that stands in the old room.
    func moved(to successor: RoomID) -> NewOutgoingEvent? {
        let mark = "-in-\(successor)"
        guard !transactionID.rawValue.contains(mark), var content = content.objectValue else { return nil }
        content["m.relates_to"] = nil
        var event = self
        event.roomID = successor
        event.content = .object(content)
        event.transactionID = TransactionID(rawValue: transactionID.rawValue + mark)
        return event
    }
}
