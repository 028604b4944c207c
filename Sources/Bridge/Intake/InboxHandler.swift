package import Logging
package import MatrixAPI
package import PlatformSDK
import Synchronization

/// Deals with what has arrived in a room, one item after another: runs a command, begins a turn, answers an invite.
package final class InboxHandler: Sendable {
    private static let maximumKnownUsers = 10_000
    private static let profilePatience: Duration = .seconds(2)
    private static let maximumInviteAttempts = 10

    private let homeserver: any Homeserver
    private let outbox: Outbox
    private let store: any BridgeStore
    private let platform: any PlatformClient
    private let directory: RoomDirectory
    private let policy: AnswerPolicy
    private let permissions: PermissionPolicy
    private let invites: [UserIDGlob]
    private let commands: CommandRegistry
    private let renderer: ReplyRenderer
    private let notices: any Notices
    private let mergesQuestions: Bool
    private let clock: BridgeClock
    private let logger: Logger
    private let knownUsers = Mutex<Set<UserID>>([])
    private let failedInvites = Mutex<[Int64: Int]>([:])

    /// Creates a handler.
    ///
    /// - Parameters:
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
        invites: [UserIDGlob],
        commands: CommandRegistry,
        renderer: ReplyRenderer,
        notices: any Notices,
        mergesQuestions: Bool,
        clock: BridgeClock,
        logger: Logger
    ) {
        self.homeserver = homeserver
        self.outbox = outbox
        self.store = store
        self.platform = platform
        self.directory = directory
        self.policy = policy
        self.permissions = permissions
        self.invites = invites
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
            try await answerInvite(item, from: inviter, isEncrypted: isEncrypted)
            return Settlement(sequence: item.sequence)
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
            _ = try await platformUser(event.sender)
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
        do {
            let context = try await context(
                arguments: arguments, event: event, place: place, room: room, status: status)
            reply = try await command.run(context)
        } catch let error as CancellationError {
            throw error
        } catch {
            logger.error("a command failed", metadata: ["command": "\(command.name)", "error": "\(error)"])
            reply = CommandReply(notices.sentence(for: error))
        }
        return settled(settlement, with: reply, of: command.name, event: event, place: place)
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

    /// Answers an invite; throws where it is to be tried again, which is not for ever.
    private func answerInvite(_ item: InboxItem, from inviter: UserID, isEncrypted: Bool) async throws {
        let roomID = item.roomID
        // An invite that was withdrawn, or taken up in a later sync, needs no answer any more.
        guard directory.room(roomID)?.membership == .invited else { return }
        await outbox.countEvent()
        do {
            if !invites.contains(where: { $0.matches(inviter) }) {
                logger.info("an invite is declined: its sender is not allowed", metadata: ["room": "\(roomID)"])
                try await homeserver.leave(roomID, reason: notices.inviteDeclined)
            } else if isEncrypted {
                logger.warning("an invite is declined: the room is encrypted", metadata: ["room": "\(roomID)"])
                try await homeserver.leave(roomID, reason: notices.encryptedRoom)
            } else {
                try await homeserver.join(roomID)
            }
        } catch {
            switch error.kind {
            case .cancelled:
                throw CancellationError()
            case .unknownToken:
                throw error
            case .limited(let retryAfter):
                try await clock.sleep(for: retryAfter ?? .seconds(5))
                throw error
            case .unreachable where noteFailedInvite(item) < Self.maximumInviteAttempts:
                throw error
            case .unreachable, .unintelligible, .rejected:
                logger.warning("an invite could not be answered", metadata: ["room": "\(roomID)", "error": "\(error)"])
            }
        }
        failedInvites.withLock { $0[item.sequence] = nil }
    }

    /// Counts a failed attempt and returns how many there have been.
    private func noteFailedInvite(_ item: InboxItem) -> Int {
        failedInvites.withLock { failed in
            failed[item.sequence, default: 0] += 1
            return failed[item.sequence, default: 0]
        }
    }
}

extension RoomEvent {
    /// The root of the Matrix thread that the event stands in.
    fileprivate var threadRoot: EventID? {
        guard case .thread(let root, _, _) = message?.relation else { return nil }
        return root
    }
}
