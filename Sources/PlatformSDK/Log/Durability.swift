/// What stored events outlast.
public enum Durability: Hashable, Sendable {
    /// The end of the process, however it comes. A loss of power may take the last of them, and none from between.
    case written
    /// A loss of power as well; so does all that was stored before.
    case synced
}
