extension Confirmation {
    /// For how long a question can be answered.
    package static let lifetime: Duration = .seconds(300)

    /// Whether the question can still be answered.
    ///
    /// - Parameter now: The time, in milliseconds since 1970.
    package func isOpen(at now: Int64) -> Bool {
        now <= askedAt || .milliseconds(now - askedAt) < Self.lifetime
    }
}

extension CommandContext {
    /// Whether the sender was asked for a yes or a no here, which a list must not make them forget.
    var awaitsYesOrNo: Bool {
        ownConfirmation.map { $0.options.isEmpty && $0.isOpen(at: now) } ?? false
    }

    /// The question that the sender was asked in this room, however old it is.
    var ownConfirmation: Confirmation? {
        confirmation.flatMap { $0.userID == sender && $0.place == thread.place ? $0 : nil }
    }
}
