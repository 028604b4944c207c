import MatrixAPI
import MatrixClient

/// The person's side of a chat over the client-server API.
struct MatrixChatHomeserver: ChatHomeserver {
    let userID: UserID

    private let transport: MatrixTransport

    /// Makes a client for a person who is logged in.
    init(userID: UserID, transport: MatrixTransport) {
        self.userID = userID
        self.transport = transport
    }

    func directRoom(with other: UserID) async throws -> RoomID? {
        let known = try await directRooms().rooms[other] ?? []
        guard !known.isEmpty else { return nil }
        let joined = Set(try await transport.execute(JoinedRooms()).joinedRooms)
        for room in known.reversed() where joined.contains(room) {
            let membership = try await membership(of: other, in: room)
            // A room that the other has left stays silent; another one is better.
            if membership == .join || membership == .invite { return room }
        }
        return nil
    }

    func createDirectRoom(with other: UserID) async throws -> RoomID {
        let request = CreateRoom(isDirect: true, invite: [other], preset: .trustedPrivateChat)
        let room = try await transport.execute(request).roomID
        var direct = try await accountData()
        let known = direct[other.rawValue]?.arrayValue ?? []
        direct[other.rawValue] = .array(known + [.string(room.rawValue)])
        _ = try await transport.execute(
            SetAccountData(userID: userID, type: EventType.direct, content: .object(direct))
        )
        return room
    }

    func hasJoined(_ user: UserID, _ room: RoomID) async throws -> Bool {
        try await membership(of: user, in: room) == .join
    }

    func sync(since token: String?, room: RoomID, timeout: Duration) async throws -> ChatUpdate {
        let milliseconds = Int(timeout / .milliseconds(1))
        return try await transport.execute(ChatSync(since: token, room: room, timeout: milliseconds)).update(for: room)
    }

    func send(_ text: String, to room: RoomID, transactionID: TransactionID) async throws -> EventID {
        let content = OutgoingMessage(body: text).json
        return try await transport.execute(SendEvent(roomID: room, transactionID: transactionID, content: content))
            .eventID
    }

    private func directRooms() async throws -> DirectRooms {
        DirectRooms(content: .object(try await accountData()))
    }

    /// The account data as it came, so that what is not understood is kept when it is written back.
    private func accountData() async throws -> [String: JSONValue] {
        do throws(MatrixClientError) {
            let content = try await transport.execute(GetAccountData(userID: userID, type: EventType.direct))
            return content.objectValue ?? [:]
        } catch {
            guard error.errcode == .notFound else { throw error }
            return [:]
        }
    }

    private func membership(of user: UserID, in room: RoomID) async throws -> MemberContent.Membership? {
        let request = GetStateEvent(roomID: room, type: EventType.roomMember, stateKey: user.rawValue)
        do throws(MatrixClientError) {
            let content = try await transport.execute(request)
            return MemberContent(content: content)?.membership
        } catch {
            guard error.errcode == .notFound else { throw error }
            return nil
        }
    }
}
