import Bridge
import MatrixAPI
import PlatformSDK
import Testing

struct ConversationCommandTests {
    @Test("the help lists every command, and explains one")
    func help() async throws {
        let conversation = try await CommandConversation()
        let list = try await conversation.type("!help").text
        for command in conversation.registry.commands {
            #expect(list.contains("- `!\(command.help.usage)`: \(command.help.summary)"))
            let details = try await conversation.type("!help \(command.name)").text
            #expect(details.hasPrefix("`!\(command.help.usage)`: \(command.help.summary)"))
        }
        let skill = try await conversation.type("!help skill").text
        #expect(skill.contains("from your next message on"))
        #expect(try await conversation.type("!help !SKILL please").text == skill)
        #expect(try await conversation.type("!help skils").text.contains("Did you mean `!skills`?"))
        #expect(try await conversation.type("!help xyzzy").text.hasPrefix("I don't know the command `!xyzzy`."))
    }

    @Test("the texts name the commands with the prefix that is set")
    func prefix() async throws {
        let conversation = try await CommandConversation(prefix: "//")
        for body in ["//help", "//start", "//skills", "//skill", "//reset", "//soul", "//settings"] {
            let text = try await conversation.type(body).text
            #expect(text.contains("`//"))
            #expect(!text.contains("`!"))
        }
    }

    @Test("the greeting says how to talk to the bot here")
    func start() async throws {
        let conversation = try await CommandConversation()
        let direct = try await conversation.type("!start")
        #expect(direct.text.hasPrefix("Hello, Alice!") && direct.text.contains("Just write to me"))
        #expect(try await conversation.type("!start") == direct)
        conversation.room.joinedMembers = 3
        #expect(try await conversation.type("!start").text.contains("Mention me"))
        #expect(try await CommandConversation(displayName: nil).type("!start").text.hasPrefix("Hello!"))
    }

    @Test("a new thread begins at once")
    func new() async throws {
        #expect(try await CommandConversation().type("!new").effect == .startThread)
    }

    @Test("a reset asks first and happens on yes, once")
    func resetYes() async throws {
        let conversation = try await CommandConversation()
        let question = try await conversation.type("!reset")
        #expect(question.effect == .askConfirmation)
        #expect(question.text.contains("`!yes` or `!no` within 5 minutes"))
        conversation.now += 299_999
        #expect(
            try await conversation.type("!yes")
                == CommandReply(EnglishNotices().wasReset, effect: .startThreadAndCloseConfirmation)
        )
        #expect(try await conversation.type("!yes") == CommandReply(EnglishNotices().nothingToConfirm))
    }

    @Test("the same yes, dealt with again before its effect is stored, says the same")
    func repeatedYes() async throws {
        let conversation = try await CommandConversation()
        try await conversation.type("!reset")
        let question = conversation.confirmation
        let first = try await conversation.type("!yes")
        conversation.confirmation = question
        #expect(try await conversation.type("!yes") == first)
    }

    @Test("a reset that is declined changes nothing")
    func resetNo() async throws {
        let conversation = try await CommandConversation()
        try await conversation.type("!reset")
        let declined = CommandReply(EnglishNotices().declined, effect: .closeConfirmation)
        #expect(try await conversation.type("!no") == declined)
        #expect(try await conversation.type("!no") == CommandReply(EnglishNotices().nothingToConfirm))
        #expect(try await conversation.type("!yes").effect == nil)
    }

    @Test("a question expires after five minutes")
    func expiry() async throws {
        let conversation = try await CommandConversation()
        try await conversation.type("!reset")
        conversation.now += 300_000
        let reply = try await conversation.type("!yes")
        #expect(reply.text.contains("expired") && reply.text.contains("`!reset`"))
        #expect(reply.effect == .closeConfirmation)
        try await conversation.type("!reset")
        conversation.now += 300_000
        #expect(
            try await conversation.type("!no")
                == CommandReply(EnglishNotices().nothingToConfirm, effect: .closeConfirmation)
        )
    }

    @Test("a question is answered by the one who was asked, where they were asked, for a command that asks")
    func strangers() async throws {
        let conversation = try await CommandConversation()
        try await conversation.type("!reset")
        #expect(try await conversation.type("!yes", from: "@eve:example.org").effect == nil)
        #expect(try await conversation.type("!no", from: "@eve:example.org").effect == nil)
        let place = conversation.thread.place
        conversation.thread.place = ThreadPlace(roomID: "!other", root: nil)
        #expect(try await conversation.type("!yes").effect == nil)
        conversation.thread.place = ThreadPlace(roomID: "!room", root: "$thread")
        #expect(try await conversation.type("!yes").effect == nil)
        conversation.thread.place = place
        for command in ["stop", "yes", "gone"] {
            conversation.confirmation = Bridge.Confirmation(
                userID: conversation.sender,
                place: conversation.thread.place,
                command: command,
                askedAt: conversation.now
            )
            let reply = try await conversation.type("!yes")
            #expect(reply == CommandReply(EnglishNotices().nothingToConfirm, effect: .closeConfirmation))
        }
    }

    @Test("stop stops what is under way")
    func stop() async throws {
        let conversation = try await CommandConversation()
        #expect(try await conversation.type("!stop") == CommandReply(EnglishNotices().nothingToStop))
        conversation.status.openTurnsInRoom = 1
        #expect(try await conversation.type("!stop") == CommandReply("Stopping.", effect: .stopTurns))
        conversation.status.openTurnsInRoom = 2
        #expect(try await conversation.type("!stop").text == "Stopping 2 answers.")
    }

    @Test("the status is short and keeps the reasons to itself")
    func status() async throws {
        let conversation = try await CommandConversation()
        conversation.status.sends = SendCounts(edits: 12, saved: 3, throttled: 1)
        let text = try await conversation.type("!status").text
        let parts = [
            "✅ connected", "`1.2.3`", "1 day 2 hours", "**Rooms:** 3", "0 here, 0 in all rooms",
            "12 sent, 3 saved, 1 times slowed down", "0.2 messages a second",
        ]
        for part in parts {
            #expect(text.contains(part))
        }
        let reason = "connect to ws://10.0.0.1:8790 refused"
        let broken = try await CommandConversation(status: .disconnected(reason: reason)).type("!status").text
        #expect(broken.contains("not connected right now"))
        #expect(!broken.contains("10.0.0.1") && !broken.contains("refused"))
    }

    @Test("whoami shows both ids and the first contact")
    func whoami() async throws {
        let text = try await CommandConversation().type("!whoami").text
        for part in ["`@alice:example.org`", "`usr-matrix-@alice:example.org`", "2026-01-31 12:05 UTC"] {
            #expect(text.contains(part))
        }
    }

    @Test("the context shows the thread, and no tokens where the agent does not count them")
    func context() async throws {
        let conversation = try await CommandConversation(settings: UserSettings(skills: ["files": true, "x": false]))
        let fresh = try await conversation.type("!context").text
        for part in ["`thr-1`", "2026-01-31 12:05 UTC", "**Answers:** 0", "none counted", "**Skills on:** `files`"] {
            #expect(fresh.contains(part))
        }
        conversation.thread.turns = 12
        conversation.thread.tokensUsed = 1_234_567
        let later = try await conversation.type("!context").text
        #expect(later.contains("**Answers:** 12") && later.contains("**Tokens so far:** 1,234,567"))
    }

    @Test("names that hold markup, links or mentions stay harmless in every command's reply")
    func hostileNames() async throws {
        let hostile = "**x**\n# `y` <b> [z](https://matrix.to/#/@bob:example.org) @room \u{202E}"
        let settings = UserSettings(
            skills: [hostile: true],
            connectors: [hostile: [hostile: hostile]],
            soul: [hostile: hostile],
            safety: [hostile: true],
            plan: [hostile: hostile]
        )
        let conversation = try await CommandConversation(settings: settings, displayName: hostile)
        conversation.thread.threadID = hostile
        conversation.status.version = hostile
        let bodies =
            conversation.registry.commands.map { "!\($0.name)" }
            + ["help", "skill on", "safety on", "soul"].map { "!\($0) \(hostile)" }
        for body in bodies {
            let text = try await conversation.type(body).text
            #expect(!text.contains("\u{202E}"), "\(body)")
            #expect(!text.contains("\n# "), "\(body)")
            let outside = Self.outsideCode(text)
            for part in ["**x**", "<b>", "[z](", "matrix.to/#/@bob", "@room"] {
                #expect(!outside.contains(part), "\(body): \(part)")
            }
        }
    }

    /// The text without its code spans (CommonMark, "Code spans").
    private static func outsideCode(_ text: String) -> String {
        var result = ""
        var rest = text[...]
        while let start = rest.firstIndex(of: "`") {
            result += rest[..<start]
            if result.hasSuffix("\\") {
                result.append("`")
                rest = rest[rest.index(after: start)...]
                continue
            }
            let fence = rest[start...].prefix { $0 == "`" }
            var body = rest[fence.endIndex...]
            var end: Substring.Index?
            while let next = body.firstIndex(of: "`") {
                let run = body[next...].prefix { $0 == "`" }
                body = body[run.endIndex...]
                if run.count == fence.count {
                    end = run.endIndex
                    break
                }
            }
            guard let end else { return result + rest[start...] }
            rest = rest[end...]
        }
        return result + rest
    }
}
