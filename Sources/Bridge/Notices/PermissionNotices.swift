/// What a person reads when they may not do something.
package protocol PermissionNotices: Sendable {
    /// Said once to a person who may not use the bot.
    var notForStrangers: String { get }
    /// Said when a person may not use a command in this room.
    func commandNotPermitted(_ name: String, prefix: String) -> String
    /// Said when a person may not write to the agent in this room.
    func askingNotPermitted(prefix: String) -> String
}
