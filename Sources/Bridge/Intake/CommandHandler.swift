import Logging
import MatrixAPI
import PlatformSDK

/// Runs the commands of people, and what they choose from the lists that commands show.
struct CommandHandler: Sendable {
    /// Where and how a command was given.
    struct Call: Sendable {
        /// The message.
        let event: RoomEvent
        /// Where the conversation takes place that it is about.
        let place: ThreadPlace
        /// The room of that place.
        let room: BridgeRoom
        /// How the bridge stands, for commands that show it.
        let status: BridgeStatus
    }

    let store: any BridgeStore
    let platform: any PlatformClient
    let permissions: PermissionPolicy
    let commands: CommandRegistry
    let senders: SenderRegistry
    let replies: InboxReplies
    let rooms: RoomNaming
    let notices: any Notices
    let clock: BridgeClock
    let logger: Logger

    /// What follows from a command, for which its sender has the permission.
    ///
    /// - Parameter settlement: What follows from the message in any case.
    func run(
        _ command: any BotCommand,
        arguments: String,
        _ call: Call,
        settlement: Settlement
    ) async throws -> Settlement {
        let reply: CommandReply
        var greeting: NewOutgoingEvent?
        var isGreeting = false
        var model: String?
        do {
            let context = try await context(arguments: arguments, call)
            model = context.thread.model
            reply = try await command.run(context)
            if let name = reply.roomName { await rooms.name(call.place.roomID, name) }
            greeting = replies.welcome(context.user, call.event.sender, in: call.room, at: call.place)
            isGreeting = context.user.isNew && command.name == CommandName.start.rawValue
        } catch let error as CancellationError {
            throw error
        } catch {
            logger.error("a command failed", metadata: ["command": "\(command.name)", "error": "\(error)"])
            reply = CommandReply(notices.sentence(for: error))
        }
        var result = settled(settlement, with: reply, of: command.name, call, model: model)
        if isGreeting, let greeting {
            // `!start` at the first contact is answered by the greeting itself.
            result.reply?.transactionID = greeting.transactionID
        } else if command.name != CommandName.start.rawValue {
            result.welcome = greeting
        }
        return result
    }

    /// What follows from a number that answers an open question.
    func choose(
        _ number: Int,
        of question: Confirmation,
        _ call: Call,
        settlement: Settlement
    ) async throws -> Settlement {
        var reply = CommandReply(notices.declined, effect: .closeConfirmation)
        if number > question.options.count {
            reply = CommandReply(notices.noSuchChoice(maximum: question.options.count))
        } else if number > 0 {
            let context = try await context(arguments: "", call)
            // The permission may have been withdrawn since the question.
            if let command = context.commands.command(named: question.command) as? any ChoiceCommand {
                reply = try await command.chosen(question.options[number - 1], context)
            }
        }
        return settled(settlement, with: reply, of: question.command, call)
    }

    private func context(arguments: String, _ call: Call) async throws -> CommandContext {
        let sender = call.event.sender
        return CommandContext(
            arguments: arguments,
            sender: sender,
            user: try await senders.user(sender),
            sourceEventID: call.event.eventID,
            room: call.room,
            thread: try await store.currentThread(in: call.place),
            confirmation: try await store.openConfirmation(of: sender, at: call.place),
            library: store,
            platform: platform,
            status: call.status,
            commands: commands.filtered { [permissions] in
                permissions.allows($0.name, by: sender, in: call.place.roomID)
            },
            now: clock.milliseconds,
            lastTurn: try await store.lastTurn(at: call.place)
        )
    }

    /// The settlement with a command's reply and effects.
    ///
    /// - Parameter model: The model of the thread so far, which a new one keeps unless the old one is to be forgotten.
    private func settled(
        _ settlement: Settlement,
        with reply: CommandReply,
        of command: String,
        _ call: Call,
        model: String? = nil
    ) -> Settlement {
        let (event, place) = (call.event, call.place)
        var settlement = settlement
        settlement.conversation = reply.change
        settlement.reply = replies.notice(reply.text, to: event, at: place)
        var newThread = NewThread(threadID: "thr-\(event.eventID)", place: place, passages: reply.passages)
        let closing = Settlement.ConfirmationChange.close(userID: event.sender, place: place)
        switch reply.effect {
        case nil: break
        case .startThread:
            newThread.model = model
            settlement.newThread = newThread
        case .startThreadAndCloseConfirmation:
            settlement.newThread = newThread
            settlement.confirmation = closing
        case .closeConfirmation:
            settlement.confirmation = closing
        case .askConfirmation:
            settlement.confirmation = .ask(question(of: command, to: event.sender, at: place))
        case .askChoice(let options):
            settlement.confirmation = .ask(question(of: command, to: event.sender, at: place, options: options))
        case .stopTurns:
            settlement.stopsTurns = true
        case .retry(let turnID):
            settlement.change = .retry(turnID: turnID)
        }
        return settlement
    }

    private func question(
        of command: String,
        to userID: UserID,
        at place: ThreadPlace,
        options: [String] = []
    ) -> Confirmation {
        Confirmation(
            userID: userID, place: place, command: command, askedAt: clock.milliseconds, options: options)
    }
}
