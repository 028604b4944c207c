package import MatrixAPI
package import PlatformSDK

/// A command that a person types in a room, such as `!skills`.
package protocol BotCommand: Sendable {
    /// What is typed behind the prefix, in lower case.
    var name: String { get }
    /// How it is typed and what it does.
    var help: CommandHelp { get }
    /// What stands behind the name, in the order in which it is typed.
    var parameters: [CommandParameter] { get }

    /// Does what the command says and returns what the person reads.
    ///
    /// It may be called twice for the same message, after a crash, and must then have the same effect as once.
    func run(_ context: CommandContext) async throws -> CommandReply
}

extension BotCommand {
    package var parameters: [CommandParameter] { [] }
}

/// A command that asks before it does something: its reply has the effect `askConfirmation`.
package protocol ConfirmableCommand: BotCommand {
    /// Does what the person has agreed to with `!yes`.
    func confirmed(_ context: CommandContext) async throws -> CommandReply
}

/// A command that asks which of several things is meant: its reply has the effect `askChoice`.
package protocol ChoiceCommand: BotCommand {
    /// Goes on with the option whose number the person has typed.
    func chosen(_ option: String, _ context: CommandContext) async throws -> CommandReply
}

/// All that a command sees.
package struct CommandContext: Sendable {
    /// What was typed behind the name, without white space around it.
    package var arguments: String
    /// Who typed it.
    package var sender: UserID
    /// The platform's user for the sender.
    package var user: User
    /// The message that holds the command.
    package var sourceEventID: EventID
    /// The room that it was typed in.
    package var room: BridgeRoom
    /// The agent's thread at that place.
    package var thread: ConversationThread
    /// What the sender was asked to confirm at this place and has not answered yet.
    package var confirmation: Confirmation?
    /// The conversations that the person can look through.
    package var library: any ConversationLibrary
    /// The platform.
    package var platform: any PlatformClient
    /// How the bridge stands.
    package var status: BridgeStatus
    /// All commands, and the prefix that they are typed with.
    package var commands: CommandRegistry
    /// The time, in milliseconds since 1970.
    package var now: Int64
    /// The turn that began last at that place.
    package var lastTurn: Turn?

    /// Creates a context.
    package init(
        arguments: String,
        sender: UserID,
        user: User,
        sourceEventID: EventID,
        room: BridgeRoom,
        thread: ConversationThread,
        confirmation: Confirmation? = nil,
        library: any ConversationLibrary,
        platform: any PlatformClient,
        status: BridgeStatus,
        commands: CommandRegistry,
        now: Int64,
        lastTurn: Turn? = nil
    ) {
        self.arguments = arguments
        self.sender = sender
        self.user = user
        self.sourceEventID = sourceEventID
        self.room = room
        self.thread = thread
        self.confirmation = confirmation
        self.library = library
        self.platform = platform
        self.status = status
        self.commands = commands
        self.now = now
        self.lastTurn = lastTurn
    }
}

/// How the bridge stands, as a command may show it.
package struct BridgeStatus: Hashable, Sendable {
    /// The version of the program.
    package var version: String
    /// For how long it has been running.
    package var uptime: Duration
    /// How many rooms it is in.
    package var rooms: Int
    /// The turns of this room that are not answered yet.
    package var openTurnsInRoom: Int
    /// The turns of all rooms that are not answered yet.
    package var openTurns: Int
    /// How the account's budget was used.
    package var sends: SendCounts
    /// The events a second that the homeserver is thought to allow.
    package var eventsPerSecond: Double

    /// Creates a status.
    package init(
        version: String,
        uptime: Duration,
        rooms: Int,
        openTurnsInRoom: Int,
        openTurns: Int,
        sends: SendCounts = SendCounts(),
        eventsPerSecond: Double = 0.2
    ) {
        self.version = version
        self.uptime = uptime
        self.rooms = rooms
        self.openTurnsInRoom = openTurnsInRoom
        self.openTurns = openTurns
        self.sends = sends
        self.eventsPerSecond = eventsPerSecond
    }
}

/// What a command answers, and what the bridge is to do together with storing the answer.
package struct CommandReply: Hashable, Sendable {
    /// What the bridge does for a command.
    package enum Effect: Hashable, Sendable {
        /// The place goes on with a new thread.
        case startThread
        /// The sender is asked to confirm this command with `!yes`.
        case askConfirmation
        /// The sender is asked for the number of one of these, counted from 1.
        case askChoice([String])
        /// The open question of the sender at this place is closed.
        case closeConfirmation
        /// The place goes on with a new thread, and the open question is closed.
        case startThreadAndCloseConfirmation
        /// The turns of the room that are not answered yet are stopped.
        case stopTurns
        /// A turn that has its answer is answered again.
        case retry(turnID: String)
    }

    /// What the person reads, in Markdown.
    package var text: String
    /// What the bridge does besides.
    package var effect: Effect?
    /// What changes about conversations, before a new one begins.
    package var change: ConversationChange?

    /// What the new thread goes on from, where one begins.
    package var passages: [ThreadPassage]

    /// The name that the room gets besides, where the bot may name it.
    package var roomName: String?

    /// Creates a reply.
    package init(
        _ text: String,
        effect: Effect? = nil,
        change: ConversationChange? = nil,
        passages: [ThreadPassage] = [],
        roomName: String? = nil
    ) {
        self.text = text
        self.effect = effect
        self.change = change
        self.passages = passages
        self.roomName = roomName
    }
}
