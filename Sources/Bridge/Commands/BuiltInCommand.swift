/// A command of the bridge's own, which takes its words from a catalogue.
protocol BuiltInCommand: BotCommand {
    /// Which command it is.
    static var commandName: CommandName { get }
    /// Where its words come from.
    var notices: any Notices { get }
}

extension BuiltInCommand {
    package var name: String { Self.commandName.rawValue }
    package var help: CommandHelp { notices.help(for: Self.commandName) }
}
