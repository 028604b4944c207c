/// The beginning of a thread, up to and with one of its turns: what another thread may go on from.
public struct ThreadPassage: Hashable, Sendable, Codable {
    /// The thread.
    public var threadID: String
    /// Its last turn that belongs to the passage.
    public var turnID: String

    /// The most passages that a conversation begins with; the oldest of more are left out.
    public static let maximumCount = 64

    /// Creates a passage.
    public init(threadID: String, turnID: String) {
        self.threadID = threadID
        self.turnID = turnID
    }

    private enum CodingKeys: String, CodingKey {
        case threadID = "thread_id"
        case turnID = "turn_id"
    }
}
