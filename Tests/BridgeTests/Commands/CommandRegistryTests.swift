import Testing

@testable import Bridge

struct CommandRegistryTests {
    private let registry = CommandRegistry(prefix: "!")

    @Test("all commands are there, in the order of the help")
    func order() {
        let names = [
            "help", "start", "new", "skills", "skill", "model", "settings", "soul", "safety", "plan", "connectors",
            "status",
            "whoami", "context", "usage", "chats", "rename", "archive", "save", "load", "list", "remove", "reset",
            "stop",
            "retry",
            "yes", "no", "cancel",
        ]
        #expect(registry.commands.map(\.name) == names)
        for name in names {
            #expect(registry.command(named: name.uppercased())?.name == name)
            #expect(registry.command(named: name)?.help.usage.hasPrefix(name) == true)
        }
        #expect(registry.command(named: "nothing") == nil)
    }

    @Test("of two commands with one name the first stays")
    func duplicates() async throws {
        let stop = try #require(registry.command(named: "stop"))
        let doubled = CommandRegistry(
            prefix: "!", commands: [NamedCommand(name: "stop"), stop, NamedCommand(name: "go")])
        #expect(doubled.commands.map(\.name) == ["stop", "go"])
        #expect(doubled.command(named: "stop") is NamedCommand)
        #expect(doubled.commands.first is NamedCommand)
    }

    @Test(
        "the command that was meant is found when it is near enough",
        arguments: [
            ("hlep", "help"), ("helpp", "help"), ("hepl", "help"), ("skils", "skills"), ("sklil", "skill"),
            ("conectorss", "connectors"), ("setings", "settings"), ("yse", "yes"), ("SKILS", "skills"),
            ("rest", "reset"),
            ("n", nil), ("ys", nil), ("xyz", nil), ("", nil), ("helicopter", nil), ("weather", nil),
        ] as [(String, String?)]
    )
    func nearest(typed: String, expected: String?) {
        #expect(registry.nearest(to: typed) == expected)
    }

    @Test("a hostile word is near nothing")
    func hostile() {
        #expect(registry.nearest(to: String(repeating: "h", count: 1_000_000)) == nil)
        #expect(registry.nearest(to: "h" + String(repeating: "\u{301}", count: 60_000)) == nil)
    }

    @Test(
        "the distance counts slips",
        arguments: [
            ("", "", 0), ("a", "", 1), ("ab", "ba", 1), ("kitten", "sitting", 3), ("abcd", "acbd", 1), ("a", "b", 1),
        ]
    )
    func distance(first: String, second: String, expected: Int) {
        #expect(EditDistance.distance(Array(first.unicodeScalars), Array(second.unicodeScalars)) == expected)
        #expect(EditDistance.distance(Array(second.unicodeScalars), Array(first.unicodeScalars)) == expected)
    }
}

private struct NamedCommand: BotCommand {
    var name: String
    var help: CommandHelp { CommandHelp(usage: name, summary: "a command of a test") }

    func run(_ context: CommandContext) async throws -> CommandReply { CommandReply(name) }
}
