import Foundation

/// The rules for the names and titles of conversations.
enum ConversationName {
    /// The most Unicode scalars of a name or title.
    static let maximumLength = 64

    /// Whether a name or title is short enough to be shown whole.
    static func isShort(_ text: String) -> Bool {
        text.unicodeScalars.count <= maximumLength
    }

    /// Whether a text can be the name of a saved conversation: a number is how one is picked.
    static func isUsable(_ name: String) -> Bool {
        isShort(name) && Int(name) == nil
    }

    /// A name from the time, to the second: `2026-01-31 12:05:00`.
    ///
    /// - Parameter now: The time, in milliseconds since 1970.
    static func automatic(at now: Int64) -> String {
        let date = Date(timeIntervalSince1970: Double(now) / 1000)
        let style = Date.ISO8601FormatStyle(dateTimeSeparator: .space, timeZone: .gmt)
        return date.formatted(style.year().month().day().time(includingFractionalSeconds: false))
    }
}

extension [SavedConversation] {
    /// What was typed to pick one: a number of the list from 1, or a name, exactly or else in any case.
    func picked(by typed: String) -> SavedConversation? {
        if let number = Int(typed) { return number >= 1 && number <= count ? self[number - 1] : nil }
        let lowered = typed.lowercased()
        return first { $0.name == typed } ?? first { $0.name.lowercased() == lowered }
    }

    /// The list as a person sees it.
    var listed: [ListedSave] {
        enumerated().map { index, save in
            let savedAt = Date(timeIntervalSince1970: Double(save.savedAt) / 1000)
            return ListedSave(number: index + 1, name: save.name, savedAt: savedAt)
        }
    }
}
