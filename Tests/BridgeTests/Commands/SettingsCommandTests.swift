import PlatformSDK
import Testing

@testable import Bridge

struct SettingsCommandTests {
    @Test("skills are listed by name, each with its mark")
    func skills() async throws {
        let settings = UserSettings(skills: ["search": false, "browser": true])
        let reply = try await CommandConversation(settings: settings).type("!skills")
        #expect(reply.text.contains("- ✅ `browser`: on\n- ⬜ `search`: off"))
        #expect(reply.effect == nil)
        #expect(try await CommandConversation(settings: UserSettings()).type("!skills").text == "You have no skills.")
    }

    @Test(
        "a skill is switched, in either order and any case, and doing it twice is as good as once",
        arguments: [
            ("!skill on browser", true), ("!skill browser on", true), ("!skill ON Browser", true),
            ("!skill off browser", false), ("!skill browser OFF", false),
        ]
    )
    func skill(body: String, isOn: Bool) async throws {
        let conversation = try await CommandConversation(
            settings: UserSettings(skills: ["browser": !isOn, "files": false]))
        let first = try await conversation.type(body)
        #expect(first.text == "The skill `browser` is now **\(isOn ? "on" : "off")**.")
        #expect(try await conversation.settings().skills == ["browser": isOn, "files": false])
        #expect(try await conversation.type(body) == first)
        #expect(try await conversation.settings().skills == ["browser": isOn, "files": false])
    }

    @Test("an unknown skill changes nothing, and the one that was perhaps meant is named")
    func unknownSkill() async throws {
        let conversation = try await CommandConversation()
        let reply = try await conversation.type("!skill on browsr")
        #expect(
            reply.text == "There is no skill `browsr`. Did you mean `browser`? There is: `browser`, `files`, `search`."
        )
        #expect(try await conversation.type("!skill on telepathy").text.contains("Did you mean") == false)
        #expect(try await conversation.settings() == .initial)
    }

    @Test("names that differ in case alone must be typed as they are")
    func ambiguousCase() async throws {
        let conversation = try await CommandConversation(
            settings: UserSettings(skills: ["Files": false, "files": false]))
        try await conversation.type("!skill on Files")
        #expect(try await conversation.settings().skills == ["Files": true, "files": false])
        #expect(try await conversation.type("!skill on FILES").text.hasPrefix("There is no skill `FILES`."))
    }

    @Test(
        "what is typed wrongly is answered with the usage",
        arguments: ["!skill", "!skill on", "!skill browser", "!skill a b"])
    func skillUsage(body: String) async throws {
        let reply = try await CommandConversation().type(body)
        #expect(reply == CommandReply("Please type it like this: `!skill on|off <name>`"))
    }

    @Test("safety switches are shown and set")
    func safety() async throws {
        let conversation = try await CommandConversation()
        #expect(try await conversation.type("!safety").text.contains("- ✅ `ask-before-tools`: on"))
        let reply = try await conversation.type("!safety off ask-before-tools")
        #expect(reply.text == "The safety switch `ask-before-tools` is now **off**.")
        #expect(try await conversation.settings().safety == ["ask-before-tools": false])
        #expect(try await conversation.type("!safety off ask-before-tols").text.contains("mean `ask-before-tools`?"))
        #expect(try await conversation.type("!safety off").text.hasPrefix("Please type it like this"))
    }

    @Test("a field of the soul is set, shown, changed and cleared")
    func soul() async throws {
        let conversation = try await CommandConversation()
        #expect(try await conversation.type("!soul").text.hasPrefix("No field of the soul is set."))
        #expect(try await conversation.type("!soul name").text == "`name` is not set.")
        #expect(try await conversation.type("!soul name Ada Lovelace").text == "`name` is now `Ada Lovelace`.")
        #expect(
            try await conversation.type("!soul instructions  Be kind.\nBe brief.").text
                == "`instructions` is now `Be kind. Be brief.`.")
        #expect(
            try await conversation.settings().soul == ["name": "Ada Lovelace", "instructions": "Be kind.\nBe brief."])
        #expect(try await conversation.type("!soul Name Bea").text == "`name` is now `Bea`.")
        #expect(try await conversation.type("!soul name").text == "`name`: `Bea`")
        #expect(
            try await conversation.type("!soul").text.contains(
                "- `instructions`: `Be kind. Be brief.`\n- `name`: `Bea`"))
        for _ in 1...2 {
            #expect(try await conversation.type("!soul clear name").text == "`name` is now empty.")
            #expect(try await conversation.settings().soul == ["instructions": "Be kind.\nBe brief."])
        }
        #expect(try await conversation.type("!soul clear").text.hasPrefix("Please type it like this"))
        #expect(try await conversation.type("!soul clear a b").text.hasPrefix("Please type it like this"))
    }

    @Test("the soul's limits count bytes, and the sentence says which one it is")
    func soulLimits() async throws {
        let conversation = try await CommandConversation()
        let longest = String(repeating: "x", count: SettingsAction.maximumValueBytes)
        #expect(try await conversation.type("!soul a \(longest)").text.hasPrefix("`a` is now"))
        #expect(try await conversation.type("!soul b \(longest)x").text.contains("up to 4096 plain letters"))
        let name = String(repeating: "é", count: SettingsAction.maximumNameBytes / 2)
        #expect(try await conversation.type("!soul \(name) v").text.hasPrefix("`é"))
        #expect(try await conversation.type("!soul \(name)é v").text.contains("up to 64 plain letters"))
        #expect(try await conversation.settings().soul.keys.sorted() == ["a", name])
    }

    @Test("the soul has room for so many fields, and those can still be changed")
    func soulFields() async throws {
        let conversation = try await CommandConversation()
        for number in 0..<SoulCommand.maximumFields { try await conversation.type("!soul f\(number) v") }
        #expect(try await conversation.type("!soul more v").text.contains("at most 32 fields"))
        #expect(try await conversation.type("!soul f0 w").text == "`f0` is now `w`.")
        #expect(try await conversation.settings().soul.count == SoulCommand.maximumFields)
    }

    @Test("plan and connectors are shown, without what may be a secret or an address")
    func platformSettings() async throws {
        let settings = UserSettings(
            connectors: [
                "calendar": ["account": "alice", "api_token": "hunter2", "where": "https://10.0.0.1/x"], "mail": [:],
            ],
            plan: ["name": "gold", "secretKey": "hunter2"]
        )
        let conversation = try await CommandConversation(settings: settings)
        let connectors = try await conversation.type("!connectors").text
        #expect(
            connectors.contains(
                "- `calendar`: `account` `alice`, `api_token` (hidden), `where` (hidden)\n- `mail`: connected"))
        #expect(try await conversation.type("!plan now").text.contains("- `name`: `gold`\n- `secretKey`: (hidden)"))
        for body in ["!connectors", "!plan", "!settings"] {
            let text = try await conversation.type(body).text
            #expect(!text.contains("hunter2") && !text.contains("10.0.0.1"))
        }
        let bare = try await CommandConversation(settings: UserSettings())
        #expect(try await bare.type("!plan").text.hasPrefix("You have no plan."))
        #expect(try await bare.type("!connectors").text.hasPrefix("You have no connected services."))
    }

    @Test("the dashboard shows all settings and changes none")
    func dashboard() async throws {
        let settings = UserSettings(
            skills: ["browser": true, "files": false],
            connectors: ["mail": [:]],
            soul: ["name": "Ada"],
            safety: ["ask": true],
            plan: ["name": "gold"]
        )
        let conversation = try await CommandConversation(settings: settings)
        let text = try await conversation.type("!settings skill off browser").text
        for part in [
            "Skills on:** `browser` (of 2)", "Safety on:** `ask` (of 1)", "Soul:** `name`", "Connectors:** `mail`",
            "Plan:** `name` `gold`",
        ] { #expect(text.contains(part)) }
        #expect(try await conversation.settings() == settings)
        #expect(
            try await CommandConversation(settings: UserSettings()).type("!settings").text.contains("Skills on:** none")
        )
    }
}
