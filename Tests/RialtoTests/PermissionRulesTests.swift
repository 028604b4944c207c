import Bridge
import MatrixAPI
import Testing

@testable import rialto

@Suite("bridge.rules")
struct PermissionRulesTests {
    private func load(_ source: String, _ environment: [String: String] = [:]) throws -> Configuration {
        try ConfigurationLoader(environment: environment, workingDirectory: "/cwd", systemFile: "/nowhere.toml")
            .load(source: source, name: "config.toml", directory: "/etc/rialto")
    }

    private func problem(_ source: String, _ environment: [String: String] = [:]) -> String {
        do {
            _ = try load(source, environment)
            return "(none)"
        } catch {
            return "\(error)"
        }
    }

    @Test("rules are read in their order, with everybody and everywhere where nothing is said")
    func reads() throws {
        let configuration = try load(
            """
            [[bridge.rules]]
            users = ["@a:x.org", "@*:y.org"]
            rooms = ["!r:x.org"]
            commands = ["help", "ask"]
            access = "allow"
            [[bridge.rules]]
            commands = ["*"]
            access = "deny"
            """)
        #expect(
            configuration.bridge.rules?.rules == [
                PermissionRule(
                    users: ["@a:x.org", "@*:y.org"], rooms: ["!r:x.org"], commands: ["help", "ask"], access: .allow),
                PermissionRule(commands: ["*"], access: .deny),
            ])
    }

    @Test(
        "an error names the rule, the key and the line",
        arguments: [
            ("commands = [\"*\"]\naccess = \"maybe\"", ":6: bridge.rules[2].access: must be one of"),
            ("commands = [\"help\",\n\"hepl\"]\naccess = \"deny\"", ":5: bridge.rules[2].commands: holds \"hepl\""),
            ("comands = [\"*\"]", ":5: bridge.rules[2].comands: unknown key; did you mean \"commands\"?"),
            ("access = \"deny\"", ":4: bridge.rules[2]: has no `commands`"),
            ("commands = [\"*\"]", ":4: bridge.rules[2]: has no `access`"),
            ("commands = \"help\"\naccess = \"deny\"", ":5: bridge.rules[2].commands: is a string, must be a list"),
            ("users = [\n\"@a:x\",\n\"alice\"]\ncommands = [\"*\"]", ":7: bridge.rules[2].users: element 2 must be"),
            ("users = []", ":5: bridge.rules[2].users: must name somebody"),
            ("rooms = [\"#lobby:x\"]", ":5: bridge.rules[2].rooms: holds \"#lobby:x\", must hold ids"),
        ]
    )
    func errors(second: String, expected: String) {
        let first = "[[bridge.rules]]\ncommands = [\"*\"]\naccess = \"allow\"\n"
        let text = problem(first + "[[bridge.rules]]\n" + second)
        #expect(text.split(separator: "\n").contains { $0.hasPrefix("config.toml" + expected) }, "\(text)")
    }

    @Test("an inline list of tables names the line of its table")
    func inline() {
        let text = problem("[bridge]\nrules = [\n{ commands = [\"*\"], access = \"deny\" },\n7]")
        #expect(text == "config.toml:4: bridge.rules[2]: is a whole number, must be a table")
        #expect(
            problem("[bridge]\nrules = 7").contains(":2: bridge.rules: is a whole number, must be a list of tables"))
    }

    @Test("everything that is wrong with all rules is told at once, each with its line")
    func allErrors() {
        let text = problem(
            """
            [[bridge.rules]]
            commands = ["hepl"]
            acess = "deny"
            [[bridge.rules]]
            commands = ["help"]
            access = "deny"
            [[bridge.rules]]
            users = ["alice"]
            rooms = []
            commands = "help"
            access = "maybe"
            """)
        let expected = [
            ":2: bridge.rules[1].commands: holds \"hepl\"",
            ":3: bridge.rules[1].acess: unknown key; did you mean \"access\"?",
            ":8: bridge.rules[3].users: element 1 must be",
            ":9: bridge.rules[3].rooms: must name a room",
            ":10: bridge.rules[3].commands: is a string",
            ":11: bridge.rules[3].access: must be one of",
        ]
        let lines = text.split(separator: "\n")
        #expect(lines.count == expected.count, "\(text)")
        for (line, beginning) in zip(lines, expected) { #expect(line.hasPrefix("config.toml" + beginning)) }
    }

    @Test("rules come from the environment as JSON, in place of those of the file")
    func environment() throws {
        let json =
            #"[{"users": ["@a:x.org"], "rooms": ["!r"], "commands": ["ask"], "access": "allow"},"#
            + #" {"commands": ["*"], "access": "deny"}]"#
        let file = "[[bridge.rules]]\ncommands = [\"help\"]\naccess = \"deny\""
        #expect(
            try load(file, ["RIALTO_BRIDGE_RULES": json]).bridge.rules?.rules == [
                PermissionRule(users: ["@a:x.org"], rooms: ["!r"], commands: ["ask"], access: .allow),
                PermissionRule(commands: ["*"], access: .deny),
            ])
    }

    @Test(
        "an error in the environment names the variable, the rule and the key",
        arguments: [
            ("x", ": must be a list of rules in JSON"), ("{}", ": must be a list of rules in JSON"),
            ("[null]", ": must be a list of rules in JSON"), ("[7]", "[1]: is a whole number, must be a table"),
            (
                #"[{"commands": ["*"], "access": "deny"}, {"commands": ["hepl"], "access": "deny"}]"#,
                "[2].commands: holds"
            ),
        ])
    func environmentErrors(json: String, expected: String) {
        let text = problem("", ["RIALTO_BRIDGE_RULES": json])
        #expect(text.hasPrefix("environment RIALTO_BRIDGE_RULES: bridge.rules" + expected), "\(text)")
    }

    @Test("the commands of the rules are those of the bridge")
    func commandNames() throws {
        let names = CommandName.allCases.map(\.rawValue) + [PermissionPolicy.asking]
        let literal = names.map { "\"\($0)\"" }.joined(separator: ", ")
        let rules = try load("[[bridge.rules]]\ncommands = [\(literal)]\naccess = \"deny\"").bridge.rules
        #expect(rules?.rules.first?.commands == names)
        #expect(!CommandName.allCases.map(\.rawValue).contains(PermissionPolicy.asking))
    }
}
