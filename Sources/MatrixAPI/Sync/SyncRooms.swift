/// News of a room that the user is in.
///
/// Receipts and typing are left out. A timeline or state that is malformed as a whole makes the room unreadable, since
/// events would be missing unseen; every other section counts as empty then.
public struct JoinedRoom: Decodable, Hashable, Sendable {
    /// The newest events.
    public var timeline: Timeline

    /// State changes between the last sync and the beginning of the timeline.
    public var state: LossyEvents

    /// What is known of the members.
    public var summary: Summary

    /// The user's account data for the room that changed.
    public var accountData: LossyArray<AccountDataEvent>

    /// Makes a room.
    public init(
        timeline: Timeline = Timeline(), state: LossyEvents = LossyEvents(), summary: Summary = Summary(),
        accountData: LossyArray<AccountDataEvent> = LossyArray()
    ) {
        self.timeline = timeline
        self.state = state
        self.summary = summary
        self.accountData = accountData
    }

    /// Reads a room.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: AnyKey.self)
        timeline = try container.decodeIfPresent(Timeline.self, forKey: AnyKey("timeline")) ?? Timeline()
        state = try container.events("state")
        summary = (try? container.decode(Summary.self, forKey: AnyKey("summary"))) ?? Summary()
        accountData = container.lenientEvents("account_data") ?? LossyArray()
    }
}

/// The newest events of a room.
public struct Timeline: Decodable, Hashable, Sendable {
    /// The events, the oldest first.
    public var events: LossyEvents

    /// Whether there are events between the last sync and these.
    public var limited: Bool

    /// The token to get older events from, with `Messages`.
    public var prevBatch: String?

    /// Makes a timeline.
    public init(events: LossyEvents = LossyEvents(), limited: Bool = false, prevBatch: String? = nil) {
        self.events = events
        self.limited = limited
        self.prevBatch = prevBatch
    }

    /// Reads a timeline; throws where `events` is no list.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: AnyKey.self)
        events = try container.decodeIfPresent(LossyEvents.self, forKey: AnyKey("events")) ?? LossyEvents()
        limited = (try? container.decode(Bool.self, forKey: AnyKey("limited"))) ?? false
        prevBatch = try? container.decode(String.self, forKey: AnyKey("prev_batch"))
    }
}

/// What is known of a room's members; a server sends only what changed, so nil means "as before".
public struct Summary: Decodable, Hashable, Sendable {
    /// Up to five members to name the room after where it has no name.
    public var heroes: [UserID]?

    /// How many are in the room.
    public var joinedMemberCount: Int?

    /// How many are invited.
    public var invitedMemberCount: Int?

    /// Makes a summary.
    public init(heroes: [UserID]? = nil, joinedMemberCount: Int? = nil, invitedMemberCount: Int? = nil) {
        self.heroes = heroes
        self.joinedMemberCount = joinedMemberCount
        self.invitedMemberCount = invitedMemberCount
    }

    /// Reads a summary leniently.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: AnyKey.self)
        heroes = (try? container.decode(LossyArray<UserID>.self, forKey: AnyKey("m.heroes")))?.elements
        joinedMemberCount = try? container.decode(Int.self, forKey: AnyKey("m.joined_member_count"))
        invitedMemberCount = try? container.decode(Int.self, forKey: AnyKey("m.invited_member_count"))
    }
}

/// A room that the user is invited to.
public struct InvitedRoom: Decodable, Hashable, Sendable {
    /// What the invite shows of the room, the invite itself included. It is unverified: the inviting server wrote it.
    public var inviteState: LossyArray<StrippedStateEvent>

    /// Makes a room.
    public init(inviteState: LossyArray<StrippedStateEvent> = LossyArray()) {
        self.inviteState = inviteState
    }

    /// Reads a room.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: AnyKey.self)
        inviteState = try container.events("invite_state")
    }
}

/// A room that the user has left, or was made to leave.
public struct LeftRoom: Decodable, Hashable, Sendable {
    /// The events up to the leave.
    public var timeline: Timeline

    /// State changes between the last sync and the beginning of the timeline.
    public var state: LossyEvents

    /// Makes a room.
    public init(timeline: Timeline = Timeline(), state: LossyEvents = LossyEvents()) {
        self.timeline = timeline
        self.state = state
    }

    /// Reads a room.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: AnyKey.self)
        timeline = try container.decodeIfPresent(Timeline.self, forKey: AnyKey("timeline")) ?? Timeline()
        state = try container.events("state")
    }
}
