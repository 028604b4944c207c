import MatrixAPI
import TestSupport
import Testing

@Suite("A streamed reply", .timeLimit(.minutes(10)))
struct StreamedReplyTests {
    @Test("One silent message grows by edits, and its last edit notifies the asker once")
    func growsAndNotifiesOnce() async throws {
        try await withStage { stage in
            let (alice, bot) = (stage.alice, stage.bot.userID)
            try await stage.withRialtoAndAgent { rialto in
                let room = try await stage.directRoom(of: alice)
                let question = try await alice.sendText("/echo chunks=40 pace=60 wave", in: room)
                let sightings = try await alice.watch(room, limit: .seconds(60)) {
                    $0.timeline.reply(to: question, from: bot).isFinished && !$0.typing.contains(bot)
                }

                let reply = try await alice.messages(in: room).reply(to: question, from: bot)
                #expect(reply.messages.count == 1)
                let message = try #require(reply.messages.first)
                expectDraft(message.original)
                let (final, live) = try #require(message.edits.last.map { ($0, message.edits.dropLast()) })
                for edit in live { expectLiveEdit(edit, of: message.original) }
                expectFinalEdit(final, of: message.original, mentioning: alice.userID)
                #expect((2...60).contains(message.edits.count))

                let whole = (1...40).map { "wave \($0)" }.joined(separator: " ")
                #expect(reply.text == whole)
                let shown = [message.original.body] + live.map { $0.newContent?["body"]?.stringValue }
                for (text, next) in zip(shown, shown.dropFirst()) { #expect(text != next) }
                for text in shown { #expect(whole.hasPrefix(text ?? "-")) }
                let times = message.events.map(\.timestamp)
                #expect(zip(times, times.dropFirst()).allSatisfy { $0 < $1 })

                let tokens = try #require(message.tokensUsed)
                #expect(tokens > 40)
                #expect(message.body == "\(whole)\n\n\(tokens) tokens")
                #expect(final.content["io.rialto.reply"] == final.newContent?["io.rialto.reply"])

                #expect(
                    sightings.contains {
                        $0.typing.contains(bot) && !$0.timeline.reply(to: question, from: bot).isFinished
                    })
                try await expectOneNotification(final, of: alice, in: room, sightings, bot: bot)
                #expect(rialto.errorLines == [])
            }
        }
    }

    @Test("An answer that is complete at once is one plain message, which notifies")
    func completeAtOnce() async throws {
        try await withStage { stage in
            let (alice, bot) = (stage.alice, stage.bot.userID)
            try await stage.withRialtoAndAgent { _ in
                let room = try await stage.directRoom(of: alice)
                let reply = try await alice.ask("/echo chunks=1 pace=0 quick", in: room, of: bot)
                let message = try #require(reply.messages.first)
                #expect(reply.messages.count == 1)
                #expect(message.edits.isEmpty)
                #expect(message.original.messageType == "m.text")
                #expect(message.original.content["m.mentions"] == ["user_ids": [.string(alice.userID)]])
                #expect(message.original.content["org.matrix.msc4357.live"] == nil)
                #expect(message.original.content["m.relates_to"] == nil)
                #expect(reply.text == "quick 1")
                #expect(try await alice.notifications().map(\.id) == [message.original.id])
            }
        }
    }

    @Test("Markdown arrives as HTML in the draft, in every edit and in the last one")
    func markdown() async throws {
        try await withStage { stage in
            let (alice, bot) = (stage.alice, stage.bot.userID)
            try await stage.withRialtoAndAgent { _ in
                let room = try await stage.directRoom(of: alice)
                let reply = try await alice.ask("What **news** <b>on</b> the Rialto?", in: room, of: bot)
                let message = try #require(reply.messages.first)
                let html = try #require(message.content["formatted_body"]?.stringValue)
                #expect(message.content["format"] == "org.matrix.custom.html")
                for tag in ["<em>echo</em>", "<ul>", "<li>", "<pre><code class=\"language-swift\">", "<sub>"] {
                    #expect(html.contains(tag))
                }
                #expect(!html.contains("<b>on</b>"))
                for edit in message.edits {
                    let inner = edit.newContent?["formatted_body"]?.stringValue
                    #expect(edit.content["formatted_body"]?.stringValue == inner.map { "* " + $0 })
                    // A code block that is still open is closed in what is shown meanwhile.
                    let body = edit.newContent?["body"]?.stringValue ?? ""
                    #expect(body.ranges(of: "```").count.isMultiple(of: 2))
                }
            }
        }
    }
}

// MARK: What must be shown

private func expectDraft(_ draft: ObservedEvent) {
    #expect(draft.messageType == "m.notice")
    #expect(draft.content["org.matrix.msc4357.live"] == [:])
    #expect(draft.content["m.mentions"] == [:])
    #expect(draft.content["m.relates_to"] == nil)
    #expect(draft.content["m.new_content"] == nil)
    #expect(draft.body?.isEmpty == false)
    #expect(draft.content["io.rialto.reply"]?["tokens_used"] == nil)
}

/// What holds for every edit, whatever it says.
private func expectEdit(_ edit: ObservedEvent, of original: ObservedEvent) {
    #expect(edit.content["m.relates_to"] == ["rel_type": "m.replace", "event_id": .string(original.id)])
    #expect(edit.newContent?["m.relates_to"] == nil)
    #expect(edit.newContent?["m.new_content"] == nil)
    #expect(edit.body == edit.newContent?["body"]?.stringValue.map { "* " + $0 })
    #expect(edit.newContent?["msgtype"] == edit.content["msgtype"])
    #expect(edit.stateKey == nil)
}

private func expectLiveEdit(_ edit: ObservedEvent, of original: ObservedEvent) {
    expectEdit(edit, of: original)
    #expect(edit.messageType == "m.notice")
    #expect(edit.newContent?["org.matrix.msc4357.live"] == [:])
    #expect(edit.content["m.mentions"] == [:])
    #expect(edit.newContent?["m.mentions"] == [:])
    #expect(edit.content["io.rialto.reply"]?["tokens_used"] == nil)
}

private func expectFinalEdit(_ edit: ObservedEvent, of original: ObservedEvent, mentioning userID: String) {
    expectEdit(edit, of: original)
    #expect(edit.messageType == "m.text")
    #expect(edit.content["m.mentions"] == ["user_ids": [.string(userID)]])
    #expect(edit.newContent?["m.mentions"] == ["user_ids": [.string(userID)]])
    #expect(edit.content["org.matrix.msc4357.live"] == nil)
    #expect(edit.newContent?["org.matrix.msc4357.live"] == nil)
}

/// On stock push rules exactly this event notifies, and the count in the sync goes up with it and never before.
private func expectOneNotification(
    _ final: ObservedEvent,
    of reader: SynapseUser,
    in room: String,
    _ sightings: [ObservedRoom],
    bot: String
) async throws {
    #expect(try await reader.notifications().map(\.id) == [final.id])
    let last = await reader.view(of: room)
    #expect(last.notificationCount == 1)
    #expect(last.highlightCount == 1)
    // The server reads the count a moment later than the timeline, so the event may come with the next sync only.
    for (sighting, next) in zip(sightings, sightings.dropFirst()) where sighting.notificationCount > 0 {
        #expect(sighting.notificationCount == 1)
        #expect(next.timeline.contains { $0.id == final.id })
    }
}

extension SynapseUser {
    /// Syncs until a room is as it should be, and returns how it looked after each sync.
    fileprivate func watch(
        _ room: String,
        limit: Duration,
        until isDone: (ObservedRoom) -> Bool
    ) async throws -> [ObservedRoom] {
        let deadline = ContinuousClock.now + limit
        var sightings: [ObservedRoom] = []
        while true {
            try await sync(timeout: .seconds(5))
            sightings.append(view(of: room))
            if isDone(view(of: room)) { return sightings }
            guard ContinuousClock.now < deadline else { throw TimedOut("the end of a reply in \(room)", limit: limit) }
        }
    }
}
