import Logging
import MatrixAPI

/// Posts the files of an answer behind its text, and goes on with them after a restart.
struct FileDelivery: Sendable {
    private static let maximumUploads = 10

    let homeserver: any Homeserver
    let store: any BridgeStore
    let outbox: Outbox
    let directory: RoomDirectory
    let renderer: ReplyRenderer
    let notices: any Notices
    let clock: BridgeClock
    let logger: Logger

    /// Returns when the room has each file of the turn's answer, or was told why not, and those of earlier answers to
    /// the same question are taken back; throws `CancellationError` and what the store throws.
    func run(_ turn: Turn) async throws {
        let known = try await store.outgoingEvents(of: turn.turnID).filter { $0.event.kind == .file }
        guard let answer = turn.answer, !answer.files.isEmpty || !known.isEmpty else { return }
        let roomID = turn.question.place.roomID
        guard mayHaveFiles(roomID) else { return }
        let wanted = answer.files.indices.map { Self.transactionID(of: turn, number: $0) }
        for stored in known where !wanted.contains(stored.event.transactionID) {
            guard case .sent(let eventID) = try await settled(stored) else { continue }
            _ = try await outbox.deliver(
                .redaction(of: eventID, in: stored.event.roomID, turnID: turn.turnID, deviceID: outbox.deviceID))
        }
        for (file, transactionID) in zip(answer.files, wanted) {
            if let stored = known.first(where: { $0.event.transactionID == transactionID }) {
                _ = try await settled(stored)
            } else {
                guard let content = try await content(of: file, for: turn) else { return }
                _ = try await outbox.deliver(
                    NewOutgoingEvent(
                        turnID: turn.turnID,
                        kind: .file,
                        roomID: roomID,
                        content: content,
                        transactionID: transactionID,
                        deviceID: outbox.deviceID
                    ))
            }
        }
    }

    private static func transactionID(of turn: Turn, number: Int) -> TransactionID {
        TransactionID(rawValue: "rialto-file-\(turn.turnID)-\(turn.revision)-\(turn.question.place.roomID)-\(number)")
    }

    /// Whether anything may be handed over for a room: not for one that is encrypted, nor for one that the bot has left.
    private func mayHaveFiles(_ roomID: RoomID) -> Bool {
        let room = directory.room(roomID)
        return room?.isEncrypted != true && room?.membership != .left
    }

    private func settled(_ stored: OutgoingEvent) async throws -> Outbox.Delivery {
        switch stored.state {
        case .pending: try await outbox.deliver(stored)
        case .sent(let eventID): .sent(eventID)
        case .superseded, .refused: .refused
        }
    }

    /// The message with the file; in its place, one that says that the homeserver did not take it; nil where the room may
    /// have no files any more.
    private func content(of file: OutgoingFile, for turn: Turn) async throws -> JSONValue? {
        var backoff = RetryBackoff()
        for attempt in 1...Self.maximumUploads {
            guard mayHaveFiles(turn.question.place.roomID) else { return nil }
            do throws(HomeserverError) {
                return renderer.file(file, url: try await homeserver.upload(file), for: turn)
            } catch {
                let isFinal: Bool
                var pause = backoff.next()
                switch error.kind {
                case .cancelled: throw CancellationError()
                case .limited(let retryAfter):
                    isFinal = false
                    pause = retryAfter ?? pause
                case .unreachable, .unknownToken, .unintelligible: isFinal = false
                case .rejected: isFinal = true
                }
                if isFinal || attempt == Self.maximumUploads {
                    logger.warning(
                        "a file cannot be posted", metadata: ["turn": "\(turn.turnID)", "error": "\(error)"])
                    break
                }
                try await clock.sleep(for: pause)
            }
        }
        return renderer.notice(
            notices.fileNotPosted(file.filename), at: turn.question.place, answering: turn.question.sourceEventID)
    }
}
