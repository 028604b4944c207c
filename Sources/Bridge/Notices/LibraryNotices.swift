package import Foundation

/// A conversation as a list shows it.
package struct ListedConversation: Hashable, Sendable {
    /// Its number at this place, which it keeps; nil for one that was begun elsewhere.
    package var number: Int?
    /// Its title, where it has one.
    package var title: String?
    /// When it began.
    package var since: Date
    /// How many of its turns have been answered.
    package var turns: Int
    /// Whether the place goes on with it.
    package var isCurrent: Bool

    /// Creates an entry.
    package init(number: Int?, title: String?, since: Date, turns: Int, isCurrent: Bool) {
        self.number = number
        self.title = title
        self.since = since
        self.turns = turns
        self.isCurrent = isCurrent
    }
}

/// A saved conversation as a list shows it.
package struct ListedSave: Hashable, Sendable {
    /// Its number in the list.
    package var number: Int
    /// Its name.
    package var name: String
    /// When it was saved.
    package var savedAt: Date

    /// Creates an entry.
    package init(number: Int, name: String, savedAt: Date) {
        self.number = number
        self.name = name
        self.savedAt = savedAt
    }
}

/// What a person reads about the conversations of a place and about those that they have saved.
package protocol LibraryNotices: Sendable {
    /// The conversations of this place, and for how long a number goes on with one; nil where it does not.
    func conversations(_ conversations: [ListedConversation], within: Duration?, prefix: String) -> String
    /// Said when the place goes on with another of its conversations.
    func resumed(number: Int, title: String?) -> String
    /// Said when the conversation that was picked is no longer listed.
    func conversationGone(prefix: String) -> String
    /// Said when there is no conversation of that number here.
    func noConversation(_ typed: String, prefix: String) -> String
    /// Said when the conversation has a new title.
    func renamed(_ title: String) -> String
    /// Said when another conversation than the current one is no longer listed.
    func archived(number: Int) -> String
    /// Said when the current conversation is no longer listed and a new one has begun.
    var archivedCurrent: String { get }
    /// Said when a conversation has been saved.
    func saved(_ name: String, prefix: String) -> String
    /// Said when a title or a name is too long or, for a name, could be taken for a number.
    func nameUnusable(maximumLength: Int) -> String
    /// Said when a person has saved as many conversations as they may.
    func savesFull(maximum: Int, prefix: String) -> String
    /// Said when a person has saved nothing.
    func noSaves(prefix: String) -> String
    /// What a person has saved, and for how long a number goes on with one; nil where it does not.
    func saves(_ saves: [ListedSave], within: Duration?, prefix: String) -> String
    /// What a person has saved, and the question which of them to remove.
    func chooseRemoval(_ saves: [ListedSave], within: Duration, prefix: String) -> String
    /// What a person has saved, and the question which of them to go on with.
    func chooseSave(_ saves: [ListedSave], within: Duration, prefix: String) -> String
    /// Said when a person has saved nothing under that name or number.
    func noSave(_ typed: String, prefix: String) -> String
    /// Said when the place goes on with a saved conversation.
    func loaded(_ name: String) -> String
    /// Said when a saved conversation has been taken off the list.
    func removed(_ name: String) -> String
    /// Said when the number that was typed is not in the list.
    func noSuchChoice(maximum: Int) -> String
    /// Said when there is no question to withdraw.
    var nothingToCancel: String { get }
}
