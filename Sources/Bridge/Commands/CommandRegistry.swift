/// The commands that there are, in the order of the help; each name once.
package struct CommandRegistry: Sendable {
    /// What commands begin with.
    package let prefix: String
    /// The commands, in the order of the help.
    package let commands: [any BotCommand]

    private let byName: [String: any BotCommand]

    /// Creates a registry; of several commands with one name the first stays.
    package init(prefix: String, commands: [any BotCommand]) {
        var known: [String: any BotCommand] = [:]
        self.prefix = prefix
        self.commands = commands.filter { command in
            guard known[command.name] == nil else { return false }
            known[command.name] = command
            return true
        }
        byName = known
    }

    /// Creates a registry of the bridge's own commands.
    package init(prefix: String, notices: any Notices = EnglishNotices()) {
        self.init(prefix: prefix, commands: CommandName.allCases.map { Self.command($0, notices) })
    }

    /// The same registry with only some of its commands.
    package func filtered(_ isIncluded: (any BotCommand) -> Bool) -> CommandRegistry {
        CommandRegistry(prefix: prefix, commands: commands.filter(isIncluded))
    }

    /// The command of a name, in whatever case it is written.
    package func command(named name: String) -> (any BotCommand)? {
        byName[name.lowercased()]
    }

    /// The name of the command that was perhaps meant by a name that is none.
    package func nearest(to name: String) -> String? {
        EditDistance.nearest(to: name, among: commands.lazy.map(\.name))
    }

    private static func command(_ name: CommandName, _ notices: any Notices) -> any BotCommand {
        switch name {
        case .help: HelpCommand(notices: notices)
        case .start: StartCommand(notices: notices)
        case .new: NewCommand(notices: notices)
        case .skills: SkillsCommand(notices: notices)
        case .skill: SkillCommand(notices: notices)
        case .model: ModelCommand(notices: notices)
        case .settings: SettingsCommand(notices: notices)
        case .soul: SoulCommand(notices: notices)
        case .safety: SafetyCommand(notices: notices)
        case .plan: PlanCommand(notices: notices)
        case .connectors: ConnectorsCommand(notices: notices)
        case .status: StatusCommand(notices: notices)
        case .whoami: WhoamiCommand(notices: notices)
        case .context: ContextCommand(notices: notices)
        case .usage: UsageCommand(notices: notices)
        case .chats: ChatsCommand(notices: notices)
        case .rename: RenameCommand(notices: notices)
        case .archive: ArchiveCommand(notices: notices)
        case .save: SaveCommand(notices: notices)
        case .load: LoadCommand(notices: notices)
        case .list: ListCommand(notices: notices)
        case .remove: RemoveCommand(notices: notices)
        case .reset: ResetCommand(notices: notices)
        case .stop: StopCommand(notices: notices)
        case .retry: RetryCommand(notices: notices)
        case .yes: YesCommand(notices: notices)
        case .no: NoCommand(notices: notices)
        case .cancel: CancelCommand(notices: notices)
        }
    }
}
