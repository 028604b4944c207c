package import Logging
package import MatrixAPI
package import PlatformSDK

/// Deals with what has arrived in a room, one item after another: runs a command, begins a turn, has an invite answered.
package final class InboxHandler: Sendable {
    private let homeserver: any Homeserver
    private let store: any BridgeStore
    private let directory: RoomDirectory
    private let policy: AnswerPolicy
    private let permissions: PermissionPolicy
    private let invites: InviteHandler
    private let commands: CommandRegistry
    private let senders: SenderRegistry
    private let replies: InboxReplies
    private let commandHandler: CommandHandler
    private let notices: any Notices
    private let mergesQuestions: Bool
    private let clock: BridgeClock
    private let logger: Logger

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
        self.directory = directory
        self.policy = policy
        self.permissions = permissions
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
        let senders = SenderRegistry(homeserver: homeserver, platform: platform, clock: clock)
        let replies = InboxReplies(
            homeserver: homeserver,
            renderer: renderer,
            notices: notices,
            prefix: commands.prefix,
            welcomes: welcomes
        )
        self.senders = senders
        self.replies = replies
        commandHandler = CommandHandler(
            store: store,
            platform: platform,
            permissions: permissions,
            commands: commands,
            senders: senders,
            replies: replies,
            rooms: RoomNaming(homeserver: homeserver, outbox: outbox, clock: clock, logger: logger),
            notices: notices,
            clock: clock,
            logger: logger
        )
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
            if isJoined, let room = directory.room(item.roomID), room.isDirect, policy.isAllowed(inviter) {
                let place = ThreadPlace(roomID: item.roomID, root: nil)
                settlement.welcome = replies.welcome(try await senders.user(inviter), inviter, in: room, at: place)
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
            settlement.change = try await turnChange(change, by: event.sender, in: item.roomID)
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
            settlement.welcome = replies.welcome(
                try await senders.user(event.sender), event.sender, in: room, at: place)
            settlement.reply = replies.notice(notices.messageWithoutText, to: event, at: place)
            return settlement
        case .stranger:
            // The transaction id makes it the same notice for every message of this person in this room.
            settlement.reply = replies.notice(
                notices.notForStrangers, to: event, at: place,
                as: TransactionID(rawValue: "rialto-stranger-\(item.roomID)-\(event.sender)"))
            return settlement
        case .choice(let number):
            guard let question else { return settlement }
            let call = CommandHandler.Call(event: event, place: question.place, room: room, status: status)
            return try await commandHandler.choose(number, of: question, call, settlement: settlement)
        case .question(let text):
            return try await asked(event, in: room, at: place, text: text, settlement: settlement)
        case .file(let file):
            let text = file.caption ?? ""
            return try await asked(event, in: room, at: place, text: text, files: [file], settlement: settlement)
        case .command(let parsed, let isAddressed):
            guard let command = commands.command(named: parsed.name) else {
                // In a group the prefix may be meant for another bot.
                guard isAddressed else { return settlement }
                let text = notices.unknownCommand(
                    parsed.name,
                    prefix: commands.prefix,
                    suggestion: commands.nearest(to: parsed.name)
                )
                settlement.reply = replies.notice(text, to: event, at: place)
                return settlement
            }
            guard permissions.allows(command.name, by: event.sender, in: item.roomID) else {
                let text = notices.commandNotPermitted(command.name, prefix: commands.prefix)
                settlement.reply = replies.notice(text, to: event, at: place)
                return settlement
            }
            let call = CommandHandler.Call(event: event, place: place, room: room, status: status)
            return try await commandHandler.run(
                command, arguments: parsed.arguments, call, settlement: settlement)
        }
    }

    /// What a change of mind does to the turn that it is about; nil where it does nothing.
    ///
    /// Relations hold within a room only: an event of another one says nothing about the turn.
    private func turnChange(
        _ change: ChangeOfMind,
        by sender: UserID,
        in roomID: RoomID
    ) async throws -> TurnChange? {
        guard let turn = try await store.turn(concerning: change.target),
            [roomID, directory.successor(of: roomID)].contains(turn.question.place.roomID)
        else { return nil }
        return ChangePolicy(policy, permissions: permissions).change(change, by: sender, to: turn)
    }

    private var quotes: QuotedMessage {
        QuotedMessage(homeserver: homeserver, store: store, ownName: policy.ownName, clock: clock)
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

    /// What follows from a question to the agent.
    private func asked(
        _ event: RoomEvent,
        in room: BridgeRoom,
        at place: ThreadPlace,
        text: String,
        files: [MessageFile] = [],
        settlement: Settlement
    ) async throws -> Settlement {
        var settlement = settlement
        guard permissions.allows(PermissionPolicy.asking, by: event.sender, in: place.roomID) else {
            settlement.reply = replies.notice(
                notices.askingNotPermitted(prefix: commands.prefix), to: event, at: place)
            return settlement
        }
        settlement.welcome = replies.welcome(
            try await senders.user(event.sender), event.sender, in: room, at: place)
        settlement.turn = NewTurn(
            sourceEventID: event.eventID,
            place: place,
            threadID: try await store.currentThread(in: place).threadID,
            sender: event.sender,
            text: text,
            quote: await quotes.quote(for: event, in: place.roomID),
            files: files
        )
        settlement.mergesTurn = mergesQuestions
        // Who talks on has left the list: from here on a number is a message like any other.
        if let question = try await store.openConfirmation(of: event.sender, at: place), !question.options.isEmpty {
            settlement.confirmation = .close(userID: event.sender, place: place)
        }
        return settlement
    }

}
