package import MatrixAPI

/// What an operator can set about the bridge.
package struct BridgeConfiguration: Sendable {
    /// Who may use the bot; nobody when empty.
    package var allowed: [UserIDGlob]
    /// Whose invites are accepted; nobody's when empty.
    package var invites: [UserIDGlob]
    /// What people get who may not use the bot.
    package var strangers: StrangerAnswer
    /// What those who may use the bot may do with it.
    package var permissions: PermissionPolicy
    /// Whether a person is greeted at the first contact.
    package var welcomes: Bool
    /// What commands begin with.
    package var commandPrefix: String
    /// Whether rooms offer the commands in their state, for clients that suggest them.
    package var offersCommands: Bool
    /// Whether a small last line tells the tokens that an answer took.
    package var showsTokens: Bool
    /// The bot's display name, by which people may address a command to it.
    package var displayName: String?
    /// The pace of a reply's edits.
    package var editPolicy: EditPolicy
    /// What the account may send, as far as it is known before the server says so.
    package var budget: SendBudget
    /// How long running answers may go on after the program was asked to end.
    package var drainLimit: Duration
    /// How long a question waits for another message of the same person to join it; nil where none joins another.
    package var mergeWindow: Duration?
    /// How long what has moved to another room waits until the bot is in there.
    package var successorLimit: Duration
    /// How old what is answered at the very first start may be.
    package var firstStartMaximumAge: Duration
    /// The version of the program, as `!status` shows it.
    package var version: String

    /// Creates a configuration.
    package init(
        allowed: [UserIDGlob],
        invites: [UserIDGlob],
        strangers: StrangerAnswer = .silence,
        permissions: PermissionPolicy = PermissionPolicy(),
        welcomes: Bool = true,
        commandPrefix: String = "!",
        offersCommands: Bool = true,
        showsTokens: Bool = true,
        displayName: String? = nil,
        editPolicy: EditPolicy = EditPolicy(),
        budget: SendBudget = SendBudget(burst: 10, rate: 0.2),
        drainLimit: Duration = .seconds(20),
        mergeWindow: Duration? = .milliseconds(250),
        successorLimit: Duration = .seconds(86_400),
        firstStartMaximumAge: Duration = .zero,
        version: String
    ) {
        self.allowed = allowed
        self.invites = invites
        self.strangers = strangers
        self.permissions = permissions
        self.welcomes = welcomes
        self.commandPrefix = commandPrefix
        self.offersCommands = offersCommands
        self.showsTokens = showsTokens
        self.displayName = displayName
        self.editPolicy = editPolicy
        self.budget = budget
        self.drainLimit = drainLimit
        self.mergeWindow = mergeWindow
        self.successorLimit = successorLimit
        self.firstStartMaximumAge = firstStartMaximumAge
        self.version = version
    }
}
