package import MatrixAPI
package import PlatformSDK

/// A conversation that a person has kept under a name, to go on with it wherever they like.
package struct SavedConversation: Hashable, Sendable {
    /// Who has saved it.
    package var userID: UserID
    /// The name that they gave it; each of a person's names is there once.
    package var name: String
    /// The agent's thread.
    package var threadID: String
    /// When it was saved, in milliseconds since 1970.
    package var savedAt: Int64
    /// All that was said by then: what the thread goes on from, and its own turns, where it had any.
    package var passages: [ThreadPassage]

    /// Creates a record.
    package init(
        userID: UserID,
        name: String,
        threadID: String,
        savedAt: Int64,
        passages: [ThreadPassage] = []
    ) {
        self.userID = userID
        self.name = name
        self.threadID = threadID
        self.savedAt = savedAt
        self.passages = passages
    }
}

/// What a command changes about conversations.
package enum ConversationChange: Hashable, Sendable {
    /// A thread gets a title.
    case rename(threadID: String, title: String)
    /// Another model is to answer in a thread; nil for the agent's default.
    case setModel(threadID: String, model: String?)
    /// A thread is no longer listed.
    case archive(threadID: String)
    /// A thread is kept under a name; one that had the name loses it.
    case save(SavedConversation)
    /// A name is given up; the thread stays.
    case removeSave(userID: UserID, name: String)
    /// A place goes on with a thread that there is already, its own or that of another place.
    case resume(threadID: String, place: ThreadPlace)
}

/// The conversations that people can look through.
package protocol ConversationLibrary: Sendable {
    /// All threads that were begun at a place, archived ones too, oldest first.
    func conversations(at place: ThreadPlace) async throws -> [ConversationThread]
    /// What a person has saved, oldest first.
    func savedConversations(of userID: UserID) async throws -> [SavedConversation]
    /// A thread, where it is known, at the place where it was begun.
    func thread(_ threadID: String) async throws -> ConversationThread?
    /// The last turn of a thread that has an answer of the agent, be it one that was stopped.
    func lastAnsweredTurnID(of threadID: String) async throws -> String?
}
