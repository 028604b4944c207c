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
        #expect(text.hasPrefix("config.toml" + expected), "\(text)")
    }

    @Test("an inline list of tables names the line of its table")
    func inline() {
        let text = problem("[bridge]\nrules = [\n{ commands = [\"*\"], access = \"deny\" },\n7]")
        #expect(text == "config.toml:4: bridge.rules[2]: is a whole number, must be a table")
        #expect(
            problem("[bridge]\nrules = 7").contains(":2: bridge.rules: is a whole number, must be a list of tables"))
    }

    @Test("rules do not come from the environment")
    func environment() {
        #expect(problem("", ["RIALTO_BRIDGE_RULES": "x"]).contains("cannot be set by the environment"))
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
