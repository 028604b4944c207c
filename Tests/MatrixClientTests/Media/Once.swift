import Synchronization

/// Something that happens the first time only.
final class Once: Sendable {
    private let isTaken = Mutex(false)

    /// True at the first call.
    func take() -> Bool {
        isTaken.withLock { isTaken in
            defer { isTaken = true }
            return !isTaken
        }
    }
}
