package import MatrixAPI

/// Decides what of a sync response the bridge keeps: which rooms have changed, and which events are to be dealt with.
///
/// What was sent before the bot joined is history and never answered. What of the very first response is to be dealt with,
/// which the bot has not been there to hear, is not for it to say.
package struct IntakePolicy: Sendable {
    private let userID: UserID

    /// Creates a policy for the bot's own account.
    package init(userID: UserID) {
        self.userID = userID
    }

    /// What a response brings.
    ///
    /// - Parameters:
    ///   - known: The rooms as they were before.
    ///   - isFirst: Whether it is the first response ever, which answers no token.
    package func admission(
        of response: SyncResponse,
        known: [RoomID: BridgeRoom],
        isFirst: Bool
    ) -> Admission {
        var admission = Admission(nextBatch: response.nextBatch)
        for (roomID, joined) in response.rooms.join.sorted(by: { $0.key < $1.key }) {
            admit(joined, in: roomID, known: known[roomID], isFirst: isFirst, to: &admission)
        }
        for (roomID, invited) in response.rooms.invite.sorted(by: { $0.key < $1.key }) {
            admit(invited, in: roomID, to: &admission)
        }
        for (roomID, left) in response.rooms.leave.sorted(by: { $0.key < $1.key }) {
            guard let room = known[roomID], room.membership != .left else { continue }
            admit(left, of: room, to: &admission)
        }
        return admission
    }

    /// What of events that have not been heard yet is to be dealt with, in their order.
    package func items(_ events: [RoomEvent], in roomID: RoomID) -> [NewInboxItem] {
        events.filter(isToBeDealtWith).map { event in
            NewInboxItem(key: event.eventID.rawValue, roomID: roomID, content: .event(event))
        }
    }

    private func admit(
        _ joined: JoinedRoom,
        in roomID: RoomID,
        known: BridgeRoom?,
        isFirst: Bool,
        to admission: inout Admission
    ) {
        let timeline = joined.timeline.events.elements
        let wasJoined = known?.membership == .joined
        var room = known ?? BridgeRoom(roomID: roomID, membership: .joined)
        room.membership = .joined
        for event in joined.state.elements + timeline { apply(event, to: &room) }
        if let count = joined.summary.joinedMemberCount { room.joinedMembers = count }
        if let count = joined.summary.invitedMemberCount { room.invitedMembers = count }
        let events = joined.state.elements + timeline
        let tombstone = events.last { $0.successor != nil && $0.successor != roomID }
        if let tombstone { room.successor = tombstone.successor }
        if room != known { admission.rooms.append(room) }

        let upgrade = tombstone.flatMap { item(following: $0, in: roomID) }
        guard !isFirst else {
            // Where the homeserver has lost its place, the tombstone of a known room may be news.
            if wasJoined, let upgrade { admission.items.append(upgrade) }
            return
        }
        let ownJoin = timeline.lastIndex { $0.isArrival(of: userID) }
        let firstHeard = wasJoined ? timeline.startIndex : ownJoin.map { $0 + 1 } ?? timeline.startIndex
        // A room that has been replaced is over: what is said behind its tombstone is not answered.
        let end = known?.successor != nil ? firstHeard : tombstone.flatMap { timeline.firstIndex(of: $0) }
        for event in timeline[firstHeard..<max(firstHeard, end ?? timeline.endIndex)] where isToBeDealtWith(event) {
            // A join that stands in the state, before the timeline, dates the history instead.
            if !wasJoined, ownJoin == nil, let joinedAt = room.joinedAt, event.originServerTS < joinedAt { continue }
            let item = NewInboxItem(key: event.eventID.rawValue, roomID: roomID, content: .event(event))
            admission.items.append(item)
        }
        if let upgrade { admission.items.append(upgrade) }
    }

    private func item(following tombstone: RoomEvent, in roomID: RoomID) -> NewInboxItem? {
        tombstone.successor.map { successor in
            let content = InboxContent.upgrade(to: successor, by: tombstone.sender)
            return NewInboxItem(key: tombstone.eventID.rawValue, roomID: roomID, content: content)
        }
    }

    private func admit(_ invited: InvitedRoom, in roomID: RoomID, to admission: inout Admission) {
        let state = invited.inviteState.elements
        let own = state.last { $0.type == "m.room.member" && $0.stateKey == userID.rawValue }
        guard let inviter = own?.sender else { return }
        let isEncrypted = state.contains { $0.type == "m.room.encryption" }
        admission.rooms.append(
            BridgeRoom(
                roomID: roomID,
                membership: .invited,
                isMarkedDirect: own?.content["is_direct"]?.boolValue ?? false,
                isEncrypted: isEncrypted,
                name: state.last { $0.type == "m.room.name" }?.content["name"]?.stringValue
            )
        )
        admission.items.append(
            NewInboxItem(
                key: "invite:\(roomID):\(admission.nextBatch)",
                roomID: roomID,
                content: .invite(from: inviter, isEncrypted: isEncrypted)
            )
        )
    }

    private func admit(_ left: LeftRoom, of room: BridgeRoom, to admission: inout Admission) {
        var room = room
        room.membership = .left
        // Who comes again comes at another time, and does not answer what was said in between.
        room.joinedAt = nil
        admission.rooms.append(room)
        let own = (left.state.elements + left.timeline.events.elements).last { event in
            event.membership != nil && event.stateKey == userID.rawValue
        }
        let content = InboxContent.departure(by: own?.sender, isBanned: own?.membership?.membership == .ban)
        let key = "departure:\(room.roomID):\(admission.nextBatch)"
        admission.items.append(NewInboxItem(key: key, roomID: room.roomID, content: content))
    }

    private func apply(_ event: RoomEvent, to room: inout BridgeRoom) {
        guard let stateKey = event.stateKey else { return }
        switch event.type {
        case "m.room.encryption": room.isEncrypted = true
        case "m.room.name": room.name = event.content["name"]?.stringValue
        case "m.room.member" where stateKey == userID.rawValue && event.membership?.membership == "join":
            // A later change of the own profile is a join event as well, and not a new arrival.
            room.joinedAt = room.joinedAt ?? event.originServerTS
        default: break
        }
    }

    private func isToBeDealtWith(_ event: RoomEvent) -> Bool {
        guard event.stateKey == nil, event.sender != userID else { return false }
        return event.type == EventType.roomMessage || ChangeOfMind(event) != nil
    }
}

extension RoomEvent {
    /// The room that takes this one's place, where the event is a tombstone that names one; its id is opaque.
    var successor: RoomID? {
        guard type == EventType.roomTombstone, stateKey == "" else { return nil }
        return content["replacement_room"]?.stringValue.flatMap { $0.isEmpty ? nil : RoomID($0) }
    }

    /// Whether the event says that a user has come into the room, and not only changed their profile in it.
    func isArrival(of userID: UserID) -> Bool {
        stateKey == userID.rawValue && membership?.membership == .join
            && unsigned?["prev_content"]?["membership"]?.stringValue != "join"
    }
}
