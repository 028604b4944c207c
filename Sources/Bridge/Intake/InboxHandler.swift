package import Logging
package import MatrixAPI
package import PlatformSDK
import Synchronization

/// Deals with what has arrived in a room, one item after another: runs a command, begins a turn, has an invite answered.
package final class InboxHandler: Sendable {
    private static let maximumKnownUsers = 10_000
    private static let profilePatience: Duration = .seconds(2)

    private let homeserver: any Homeserver
    private let store: any BridgeStore
    private let platform: any PlatformClient
    private let directory: RoomDirectory
    private let policy: AnswerPolicy
    private let permissions: PermissionPolicy
    private let welcomes: Bool
    private let invites: InviteHandler
    private let commands: CommandRegistry
    private let renderer: ReplyRenderer
    private let notices: any Notices
    private let mergesQuestions: Bool
    private let clock: BridgeClock
    private let logger: Logger
    private let knownUsers = Mutex<Set<UserID>>([])

    /// Creates a handler.
    ///
    /// - Parameters:
    ///   - welcomes: Whether a person is greeted at the first contact.
    ///   - invites: Whose invites are accepted; nobody's when empty.
    ///   - mergesQuestions: Whether a question joins one of the same person that nobody has begun to answer.
    package init(
        homeserver: any Homeserver,
        outbox: Outbox,
        store: any BridgeStore,
        platform: any PlatformClient,
        directory: RoomDirectory,
        policy: AnswerPolicy,
        permissions: PermissionPolicy,
        welcomes: Bool,
        invites: [UserIDGlob],
        commands: CommandRegistry,
        renderer: ReplyRenderer,
        notices: any Notices,
        mergesQuestions: Bool,
        clock: BridgeClock,
        logger: Logger
    ) {
        self.homeserver = homeserver
        self.store = store
        self.platform = platform
        self.directory = directory
        self.policy = policy
        self.permissions = permissions
        self.welcomes = welcomes
        self.invites = InviteHandler(
            homeserver: homeserver,
            outbox: outbox,
            directory: directory,
            invites: invites,
            notices: notices,
            clock: clock,
            logger: logger
        )
        self.commands = commands
        self.renderer = renderer
        self.notices = notices
        self.mergesQuestions = mergesQuestions
        self.clock = clock
        self.logger = logger
    }

    /// What follows from an item. It may be asked again for the same item, after a crash.
    ///
    /// - Parameter status: How the bridge stands, for commands that show it.
    package func outcome(of item: InboxItem, status: BridgeStatus) async throws -> Settlement {
        switch item.content {
        case .invite(let inviter, let isEncrypted):
            var settlement = Settlement(sequence: item.sequence)
            let isJoined = try await invites.answer(item, from: inviter, isEncrypted: isEncrypted)
            if isJoined, let room = directory.room(item.roomID), room.isDirect, policy.isAllowed(inviter), welcomes {
                let place = ThreadPlace(roomID: item.roomID, root: nil)
                settlement.welcome = welcome(try await platformUser(inviter), inviter, in: room, at: place)
            }
            return settlement
        case .upgrade(let successor, let sender):
            try await invites.follow(item, to: successor, by: sender)
            return Settlement(sequence: item.sequence, move: RoomMove(successor: successor))
        case .departure(let sender, let isBanned):
            invites.noteDeparture(from: item.roomID, by: sender, isBanned: isBanned)
            return Settlement(sequence: item.sequence, stopsTurns: directory.room(item.roomID)?.membership == .left)
        case .event(let event):
            return try await outcome(of: event, item: item, status: status)
        }
    }

    private func outcome(of event: RoomEvent, item: InboxItem, status: BridgeStatus) async throws -> Settlement {
        var settlement = Settlement(sequence: item.sequence)
        if let change = ChangeOfMind(event) {
            settlement.change = try await turnChange(change, by: event.sender)
            return settlement
        }
        let room = directory.room(item.roomID) ?? BridgeRoom(roomID: item.roomID, membership: .joined)
        let place = ThreadPlace(roomID: item.roomID, root: event.threadRoot)
        let question = try await openChoice(of: event, at: place)
        var circumstances = try await circumstances(of: event, in: room)
        circumstances.isAskedForNumber = question != nil
        switch policy.decision(on: event, circumstances) {
        case .ignore(let reason):
            logger.debug("a message is not answered", metadata: ["event": "\(event.eventID)", "reason": "\(reason)"])
            return settlement
        case .unreadable:
            settlement.reply = notice(notices.messageWithoutText, to: event, at: place)
            return settlement
        case .stranger:
            // The transaction id makes it the same notice for every message of this person in this room.
            settlement.reply = notice(
                notices.notForStrangers, to: event, at: place,
                as: TransactionID(rawValue: "rialto-stranger-\(item.roomID)-\(event.sender)"))
            return settlement
        case .choice(let number):
            guard let question else { return settlement }
            return try await outcome(
                ofChoice: number,
                question: question,
                event: event,
                room: room,
                status: status,
                settlement: settlement
            )
        case .question(let text):
            guard permissions.allows(PermissionPolicy.asking, by: event.sender, in: item.roomID) else {
                settlement.reply = notice(notices.askingNotPermitted(prefix: commands.prefix), to: event, at: place)
                return settlement
            }
            let user = try await platformUser(event.sender)
            if welcomes { settlement.welcome = welcome(user, event.sender, in: room, at: place) }
            let thread = try await store.currentThread(in: place)
            settlement.turn = NewTurn(
                sourceEventID: event.eventID,
                place: place,
                threadID: thread.threadID,
                sender: event.sender,
                text: text,
                quote: await quotes.quote(for: event, in: item.roomID)
            )
            settlement.mergesTurn = mergesQuestions
            return settlement
        case .command(let parsed, let isAddressed):
            guard let command = commands.command(named: parsed.name) else {
                // In a group the prefix may be meant for another bot.
                guard isAddressed else { return settlement }
                let text = notices.unknownCommand(
                    parsed.name,
                    prefix: commands.prefix,
                    suggestion: commands.nearest(to: parsed.name)
                )
                settlement.reply = notice(text, to: event, at: place)
                return settlement
            }
            guard permissions.allows(command.name, by: event.sender, in: item.roomID) else {
                let text = notices.commandNotPermitted(command.name, prefix: commands.prefix)
                settlement.reply = notice(text, to: event, at: place)
                return settlement
            }
            return try await outcome(
                of: command,
                arguments: parsed.arguments,
                event: event,
                place: place,
                room: room,
                status: status,
                settlement: settlement
            )
        }
    }

    private func outcome(
        of command: any BotCommand,
        arguments: String,
        event: RoomEvent,
        place: ThreadPlace,
        room: BridgeRoom,
        status: BridgeStatus,
        settlement: Settlement
    ) async throws -> Settlement {
        let reply: CommandReply
        var greeting: NewOutgoingEvent?
        var isGreeting = false
        do {
            let context = try await context(
                arguments: arguments, event: event, place: place, room: room, status: status)
            reply = try await command.run(context)
            if welcomes { greeting = welcome(context.user, event.sender, in: room, at: place) }
            isGreeting = context.user.isNew && command.name == CommandName.start.rawValue
        } catch let error as CancellationError {
            throw error
        } catch {
            logger.error("a command failed", metadata: ["command": "\(command.name)", "error": "\(error)"])
            reply = CommandReply(notices.sentence(for: error))
        }
        var result = settled(settlement, with: reply, of: command.name, event: event, place: place)
        if isGreeting, let greeting {
            // `!start` at the first contact is answered by the greeting itself.
            result.reply?.transactionID = greeting.transactionID
        } else if command.name != CommandName.start.rawValue {
            result.welcome = greeting
        }
        return result
    }

    /// What follows from a number that answers an open question.
    private func outcome(
        ofChoice number: Int,
        question: Confirmation,
        event: RoomEvent,
        room: BridgeRoom,
        status: BridgeStatus,
        settlement: Settlement
    ) async throws -> Settlement {
        let place = question.place
        var reply = CommandReply(notices.declined, effect: .closeConfirmation)
        if number > question.options.count {
            reply = CommandReply(notices.noSuchChoice(maximum: question.options.count))
        } else if number > 0 {
            let context = try await context(arguments: "", event: event, place: place, room: room, status: status)
            // The permission may have been withdrawn since the question.
            if let command = context.commands.command(named: question.command) as? any ChoiceCommand {
                reply = try await command.chosen(question.options[number - 1], context)
            }
        }
        return settled(settlement, with: reply, of: question.command, event: event, place: place)
    }

    private func context(
        arguments: String,
        event: RoomEvent,
        place: ThreadPlace,
        room: BridgeRoom,
        status: BridgeStatus
    ) async throws -> CommandContext {
        CommandContext(
            arguments: arguments,
            sender: event.sender,
            user: try await platformUser(event.sender),
            sourceEventID: event.eventID,
            room: room,
            thread: try await store.currentThread(in: place),
            confirmation: try await store.openConfirmation(of: event.sender, at: place),
            library: store,
            platform: platform,
            status: status,
            commands: commands.filtered { [permissions] in
                permissions.allows($0.name, by: event.sender, in: place.roomID)
            },
            now: clock.milliseconds,
            lastTurn: try await store.lastTurn(at: place)
        )
    }

    /// The settlement with a command's reply and effects.
    private func settled(
        _ settlement: Settlement,
        with reply: CommandReply,
        of command: String,
        event: RoomEvent,
        place: ThreadPlace
    ) -> Settlement {
        var settlement = settlement
        settlement.conversation = reply.change
        settlement.reply = notice(reply.text, to: event, at: place)
        let newThread = NewThread(threadID: "thr-\(event.eventID)", place: place)
        let closing = Settlement.ConfirmationChange.close(userID: event.sender, place: place)
        switch reply.effect {
        case nil: break
        case .startThread:
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

    /// What a change of mind does to the turn that it is about; nil where it does nothing.
    private func turnChange(_ change: ChangeOfMind, by sender: UserID) async throws -> TurnChange? {
        guard let turn = try await store.turn(concerning: change.target) else { return nil }
        return ChangePolicy(policy).change(change, by: sender, to: turn)
    }

    private var quotes: QuotedMessage {
        QuotedMessage(homeserver: homeserver, store: store, ownName: policy.ownName, clock: clock)
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

    /// The open question that a message answers, where the message is a number and a number was asked for.
    private func openChoice(of event: RoomEvent, at place: ThreadPlace) async throws -> Confirmation? {
        guard let message = event.message, AnswerPolicy.number(in: message) != nil,
            let question = try await store.openConfirmation(of: event.sender, at: place),
            !question.options.isEmpty, question.isOpen(at: clock.milliseconds)
        else { return nil }
        return question
    }

    private func circumstances(of event: RoomEvent, in room: BridgeRoom) async throws -> AnswerPolicy.Circumstances {
        var circumstances = AnswerPolicy.Circumstances(room: room, repliesToBot: false, isInOwnThread: false)
        guard !room.isDirect else { return circumstances }
        switch event.message?.relation {
        case .reply(let target):
            circumstances.repliesToBot = try await store.isOwnEvent(target)
        case .thread(let root, let target, let isFallingBack):
            circumstances.isInOwnThread = try await store.takesPart(inThread: root, of: room.roomID)
            if let target, !isFallingBack { circumstances.repliesToBot = try await store.isOwnEvent(target) }
        default: break
        }
        return circumstances
    }

    /// The platform's user for a sender, with their display name at the first contact.
    private func platformUser(_ sender: UserID) async throws -> User {
        let isKnown = knownUsers.withLock { $0.contains(sender) }
        let name =
            isKnown
            ? nil
            : await clock.limited(to: Self.profilePatience) { [homeserver] in
                try await homeserver.displayName(of: sender)
            }
        let user = try await platform.getOrCreateUser(
            externalID: sender.rawValue,
            platform: "matrix",
            displayName: name ?? nil
        )
        knownUsers.withLock { known in
            if known.count >= Self.maximumKnownUsers { known.removeAll() }
            known.insert(sender)
        }
        return user
    }

    /// The greeting at the first contact: its transaction id makes it the same one for ever.
    private func welcome(
        _ user: User,
        _ userID: UserID,
        in room: BridgeRoom,
        at place: ThreadPlace
    ) -> NewOutgoingEvent {
        let text = notices.welcome(displayName: user.displayName, isDirectRoom: room.isDirect, prefix: commands.prefix)
        return NewOutgoingEvent(
            turnID: nil,
            kind: .notice,
            roomID: place.roomID,
            content: renderer.notice(text, at: place),
            transactionID: TransactionID(rawValue: "rialto-welcome-\(userID)"),
            deviceID: homeserver.deviceID
        )
    }

    private func notice(
        _ text: String,
        to event: RoomEvent,
        at place: ThreadPlace,
        as transactionID: TransactionID? = nil
    ) -> NewOutgoingEvent {
        NewOutgoingEvent(
            turnID: nil,
            kind: .notice,
            roomID: place.roomID,
            content: renderer.notice(text, at: place, answering: event.eventID),
            transactionID: transactionID ?? TransactionID(rawValue: "rialto-reply-\(event.eventID)"),
            deviceID: homeserver.deviceID
        )
    }
}
