package import MatrixAPI
package import PlatformSDK

/// Where a conversation takes place: a room's main timeline, or one Matrix thread of it.
package struct ThreadPlace: Hashable, Sendable {
    /// The room.
    package var roomID: RoomID
    /// The root of the Matrix thread; nil for the main timeline.
    package var root: EventID?

    /// Creates a place.
    package init(roomID: RoomID, root: EventID?) {
        self.roomID = roomID
        self.root = root
    }
}

/// The agent's conversation at a place.
package struct ConversationThread: Hashable, Sendable {
    /// The id that the agent knows it by.
    package var threadID: String
    /// Where it takes place.
    package var place: ThreadPlace
    /// The tokens that its answers took so far.
    package var tokensUsed: Int
    /// How many of its turns have been answered.
    package var turns: Int
    /// When it began, in milliseconds since 1970.
    package var startedAt: Int64
    /// The title that a person gave it.
    package var title: String?
    /// Whether it is no longer listed.
    package var isArchived: Bool
    /// The model that a person has chosen for it; nil for the agent's default.
    package var model: String?
    /// What it goes on from: passages of other threads, oldest first.
    package var passages: [ThreadPassage]

    /// Creates a thread.
    package init(
        threadID: String,
        place: ThreadPlace,
        tokensUsed: Int = 0,
        turns: Int = 0,
        startedAt: Int64,
        title: String? = nil,
        isArchived: Bool = false,
        model: String? = nil,
        passages: [ThreadPassage] = []
    ) {
        self.threadID = threadID
        self.place = place
        self.tokensUsed = tokensUsed
        self.turns = turns
        self.startedAt = startedAt
        self.title = title
        self.isArchived = isArchived
        self.model = model
        self.passages = passages
    }
}

/// A thread that takes the place of the one before it.
package struct NewThread: Hashable, Sendable {
    /// The id that the agent is to know it by; a known id changes nothing.
    package var threadID: String
    /// Where it takes place.
    package var place: ThreadPlace
    /// The model that a person has chosen for it; nil for the agent's default.
    package var model: String?
    /// What it goes on from: passages of other threads, oldest first.
    package var passages: [ThreadPassage]

    /// Creates a thread.
    package init(threadID: String, place: ThreadPlace, model: String? = nil, passages: [ThreadPassage] = []) {
        self.threadID = threadID
        self.place = place
        self.model = model
        self.passages = passages
    }
}
