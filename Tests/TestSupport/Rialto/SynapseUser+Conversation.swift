import MatrixAPI

/// What a person does with the bot.
extension SynapseUser {
    /// Waits until a member has this membership in a room.
    package func waitForMember(
        _ userID: String,
        toBe membership: String,
        in room: String,
        limit: Duration = .seconds(120),
        fileID: String = #fileID,
        line: Int = #line
    ) async throws {
        try await waitForEvent(
            "membership \(membership) of \(userID)", in: room, limit: limit, fileID: fileID, line: line
        ) { event in
            event.type == "m.room.member" && event.stateKey == userID
                && event.content["membership"]?.stringValue == membership
        }
    }

    /// Waits until a message has its whole reply, and returns it.
    package func reply(
        to eventID: String,
        in room: String,
        from bot: String,
        limit: Duration = .seconds(120),
        fileID: String = #fileID,
        line: Int = #line
    ) async throws -> ObservedReply {
        let view = try await waitUntil(
            "the whole reply to \(eventID)", in: room, limit: limit, fileID: fileID, line: line
        ) { $0.timeline.reply(to: eventID, from: bot).isFinished }
        return view.timeline.reply(to: eventID, from: bot)
    }

    /// Sends a message and returns the whole reply to it.
    package func ask(
        _ text: String,
        in room: String,
        of bot: String,
        mentioning mentioned: [String] = [],
        limit: Duration = .seconds(120),
        fileID: String = #fileID,
        line: Int = #line
    ) async throws -> ObservedReply {
        let eventID = try await sendText(text, in: room, mentioning: mentioned)
        return try await reply(to: eventID, in: room, from: bot, limit: limit, fileID: fileID, line: line)
    }

    /// Sends a command and returns the notice that answers it.
    package func command(
        _ text: String,
        in room: String,
        of bot: String,
        limit: Duration = .seconds(120),
        fileID: String = #fileID,
        line: Int = #line
    ) async throws -> ObservedEvent {
        let eventID = try await sendText(text, in: room)
        let isAnswer: (ObservedEvent) -> Bool = { event in
            event.sender == bot && event.messageType == "m.notice" && event.content["io.rialto.reply"] == nil
        }
        let what = "an answer to \(text)"
        let view = try await waitUntil(what, in: room, limit: limit, fileID: fileID, line: line) {
            $0.timeline.drop { $0.id != eventID }.contains(where: isAnswer)
        }
        guard let answer = view.timeline.drop(while: { $0.id != eventID }).first(where: isAnswer) else {
            throw TimedOut(what, limit: limit, fileID: fileID, line: line)
        }
        return answer
    }
}
