package import Bridge
import Foundation
package import MatrixAPI

/// The homeserver as the bridge sees it: each call executes one endpoint, once.
package struct MatrixHomeserver: Homeserver {
    package let userID: UserID
    package let deviceID: DeviceID

    package var logins: Int { transport.logins }

    private let transport: MatrixTransport

    /// Creates the bridge's homeserver from a session.
    package init(_ session: MatrixSession) {
        userID = session.userID
        deviceID = session.deviceID
        transport = session.transport
    }

    package func send(
        _ content: JSONValue,
        type: String,
        transactionID: TransactionID,
        to roomID: RoomID
    ) async throws(HomeserverError) -> EventID {
        // After a new login the homeserver may have forgotten the transaction ids: the outbox looks before it repeats.
        let event = SendEvent(roomID: roomID, type: type, transactionID: transactionID, content: content)
        return try await execute(event, repeatsAfterLogin: false).eventID
    }

    package func redact(
        _ eventID: EventID,
        transactionID: TransactionID,
        in roomID: RoomID
    ) async throws(HomeserverError) -> EventID {
        try await execute(RedactEvent(roomID: roomID, eventID: eventID, transactionID: transactionID)).eventID
    }

    package func event(_ eventID: EventID, in roomID: RoomID) async throws(HomeserverError) -> RoomEvent {
        try await execute(GetEvent(roomID: roomID, eventID: eventID))
    }

    package func setTyping(in roomID: RoomID, for timeout: Duration?) async throws(HomeserverError) {
        let milliseconds = Int((timeout ?? .zero) / .milliseconds(1))
        let endpoint = MatrixAPI.Typing(
            roomID: roomID,
            userID: userID,
            isTyping: timeout != nil,
            timeout: milliseconds
        )
        _ = try await execute(endpoint)
    }

    package func markRead(_ eventID: EventID, in roomID: RoomID, thread: EventID?) async throws(HomeserverError) {
        let scope: ReadReceipt.Scope = thread.map { .thread($0) } ?? .main
        _ = try await execute(ReadReceipt(roomID: roomID, eventID: eventID, scope: scope))
    }

    package func join(_ roomID: RoomID, via: [String]) async throws(HomeserverError) {
        _ = try await execute(JoinRoom(roomID: roomID, via: via))
    }

    package func leave(_ roomID: RoomID, reason: String?) async throws(HomeserverError) {
        _ = try await execute(LeaveRoom(roomID: roomID, reason: reason))
    }

    package func history(
        of roomID: RoomID,
        before token: String?,
        until end: String?
    ) async throws(HomeserverError) -> HistoryPage {
        let page = try await execute(Messages(roomID: roomID, from: token, to: end, limit: 100))
        return HistoryPage(events: page.chunk, next: page.end)
    }

    package func upload(_ file: OutgoingFile) async throws(HomeserverError) -> String {
        // A server that does not tell its limit refuses what is too large by itself.
        let limit = try? await execute(GetMediaConfiguration()).maximumUploadBytes
        if let limit, file.size > limit {
            throw HomeserverError(.rejected(.tooLarge), "the homeserver takes \(limit) bytes, a file has \(file.size)")
        }
        guard let bytes = await DiskQueue.run({ FileManager.default.contents(atPath: file.path) }) else {
            throw HomeserverError(.rejected(.notFound), "the copy of a file is gone: \(file.path)")
        }
        let payload = RequestPayload(bytes: Array(bytes), mimeType: file.mimeType)
        do {
            return try await transport.execute(UploadMedia(filename: file.filename), payload: payload).contentURI
        } catch {
            throw error.homeserverError
        }
    }

    package func state(_ type: String, key: String, in roomID: RoomID) async throws(HomeserverError) -> JSONValue? {
        do {
            return try await execute(GetStateEvent(roomID: roomID, type: type, stateKey: key))
        } catch {
            guard error.kind == .rejected(.notFound) else { throw error }
            return nil
        }
    }

    package func successor(of roomID: RoomID) async throws(HomeserverError) -> RoomID? {
        let tombstone = try await state(EventType.roomTombstone, key: "", in: roomID)
        return tombstone?["replacement_room"]?.stringValue.flatMap { $0.isEmpty ? nil : RoomID($0) }
    }

    package func setState(
        _ type: String,
        key: String,
        to content: JSONValue,
        in roomID: RoomID
    ) async throws(HomeserverError) {
        _ = try await execute(SetStateEvent(roomID: roomID, type: type, stateKey: key, content: content))
    }

    package func displayName(of userID: UserID) async throws(HomeserverError) -> String? {
        try await execute(GetProfile(userID: userID)).displayname
    }

    package func accountData(_ type: String) async throws(HomeserverError) -> JSONValue {
        do {
            return try await transport.execute(GetAccountData(userID: userID, type: type))
        } catch {
            guard error.errcode == .notFound else { throw error.homeserverError }
            return [:]
        }
    }

    package func setAccountData(_ type: String, to content: JSONValue) async throws(HomeserverError) {
        _ = try await execute(SetAccountData(userID: userID, type: type, content: content))
    }

    private func execute<Endpoint: MatrixEndpoint>(
        _ endpoint: Endpoint,
        repeatsAfterLogin: Bool = true
    ) async throws(HomeserverError) -> Endpoint.Response {
        do {
            return try await transport.execute(endpoint, repeatsAfterLogin: repeatsAfterLogin)
        } catch {
            throw error.homeserverError
        }
    }
}
