import Bridge
import Testing

struct CommandParserTests {
    @Test(
        "a command is the prefix, directly followed by a letter",
        arguments: [
            ("!help", ParsedCommand(name: "help")),
            ("!HELP", ParsedCommand(name: "help")),
            ("!help  skill ", ParsedCommand(name: "help", arguments: "skill")),
            ("!skill on\tbrowser", ParsedCommand(name: "skill", arguments: "on\tbrowser")),
            (
                "!soul instructions\nBe kind.\nBe brief.\n",
                ParsedCommand(name: "soul", arguments: "instructions\nBe kind.\nBe brief.")
            ),
            ("!no\nreally", ParsedCommand(name: "no", arguments: "really")),
            ("!a", ParsedCommand(name: "a")),
            ("!help!", ParsedCommand(name: "help!")),
            ("!étoile", ParsedCommand(name: "étoile")),
            ("!!", nil), ("!", nil), ("! help", nil), ("!1", nil), ("!\u{301}help", nil), ("!?", nil), ("", nil),
            ("help", nil), ("say !help", nil), ("\n!help", nil), ("!!help", nil),
        ]
    )
    func forms(body: String, expected: ParsedCommand?) {
        #expect(CommandParser(prefix: "!").parse(body) == expected)
    }

    @Test(
        "the bot's own name may stand before the command",
        arguments: [
            "Rialto: !help me", "rialto, !help me", "Rialto !help me", "Rialto:!help me", "@Rialto !help me",
            "@rialto:localhost !help me", "@rialto:localhost: !help me", "Rialto:\n!help me",
            "[Rialto](https://matrix.to/#/@rialto:localhost): !help me",
            "[@rialto:localhost](https://matrix.to/#/%40rialto%3Alocalhost) !help me",
        ]
    )
    func ownName(body: String) {
        let parser = CommandParser(prefix: "!", names: ["@rialto:localhost", "Rialto", ""])
        #expect(parser.parse(body) == ParsedCommand(name: "help", arguments: "me"))
    }

    @Test(
        "what is not the bot's own name is no command",
        arguments: [
            "Rialto!help", "Rialtos !help", "Bob: !help", "Rialto: hello !help", "Rialto", "Rialto:", ": !help",
            "[Rialto](https://matrix.to/#/@bob:localhost): !help", "[Rialto](https://evil.example/) !help",
            "[Rialto !help", "Rialto: Rialto: !help",
        ]
    )
    func otherNames(body: String) {
        #expect(CommandParser(prefix: "!", names: ["@rialto:localhost", "Rialto"]).parse(body) == nil)
    }

    @Test("of two names that begin alike the right one is taken")
    func similarNames() {
        let parser = CommandParser(prefix: "!", names: ["Rial", "Rial to"])
        #expect(parser.parse("Rial to: !help") == ParsedCommand(name: "help"))
    }

    @Test("a prefix may have several characters, and an empty one makes no commands")
    func prefixes() {
        #expect(CommandParser(prefix: "!ai ").parse("!ai help") == ParsedCommand(name: "help"))
        #expect(CommandParser(prefix: "//").parse("//help") == ParsedCommand(name: "help"))
        #expect(CommandParser(prefix: "//").parse("/help") == nil)
        #expect(CommandParser(prefix: "").parse("help") == nil)
    }

    @Test("a name has a bound, counted in scalars, whatever they join to")
    func hostile() {
        let parser = CommandParser(prefix: "!", names: ["Rialto"])
        #expect(parser.parse("!" + String(repeating: "a", count: 64))?.name.count == 64)
        #expect(parser.parse("!" + String(repeating: "a", count: 65)) == nil)
        #expect(parser.parse("!a" + String(repeating: "\u{301}", count: 60_000)) == nil)
        #expect(
            parser.parse("[" + String(repeating: "x", count: 60_000) + "](https://matrix.to/#/Rialto) !help") == nil)
        #expect(parser.parse("!help" + String(repeating: " ", count: 60_000)) == ParsedCommand(name: "help"))
    }
}
