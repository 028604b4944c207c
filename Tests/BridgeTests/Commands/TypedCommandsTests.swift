import Bridge
import MatrixAPI
import Testing

@Suite struct TypedCommandsTests {
    private static let registry = CommandRegistry(prefix: "!")
    private let commands = TypedCommands(registry, notices: EnglishNotices())

    @Test(arguments: CommandName.allCases)
    func aCommandDeclaresParametersIfSomethingIsTypedBehindIt(name: CommandName) throws {
        let command = try #require(Self.registry.command(named: name.rawValue))
        #expect(command.parameters.isEmpty != command.help.usage.contains(" "))
        #expect(Set(command.parameters.map(\.key)).count == command.parameters.count)
        // What has to be given stands first, so that what is left out is always at the end.
        let optional = command.parameters.map(\.isOptional)
        #expect(optional == optional.filter { !$0 } + optional.filter { $0 })
    }

    @Test func eachCommandIsDescribedInTheWordsOfItsCatalogue() throws {
        let russian = TypedCommands(Self.registry, notices: RussianNotices())
        let described = commands.descriptions()
        #expect(described.map(\.command) == CommandName.allCases.map(\.rawValue))
        let skill = try #require(described.first { $0.command == "skill" })
        #expect(skill.description == EnglishNotices().help(for: .skill).summary)
        #expect(
            skill.parameters == [
                .init(key: "state", schema: .oneOf(["on", "off"]), description: EnglishNotices().meaning(of: .state)),
                .init(key: "skill", schema: .text, description: EnglishNotices().meaning(of: .skill)),
            ])
        let archive = try #require(russian.descriptions().first { $0.command == "archive" })
        #expect(archive.parameters.map(\.schema) == [.integer])
        #expect(archive.parameters.map(\.description) == [RussianNotices().meaning(of: .number)])
        #expect(commands.descriptions { $0 == "new" }.map(\.command) == ["new"])
    }

    @Test(
        arguments: [
            (CommandInvocation(command: "new"), "new", ""),
            (CommandInvocation(command: "NEW", arguments: ["odd": "x"]), "new", ""),
            (
                CommandInvocation(command: "skill", arguments: ["skill": "browser", "state": "on"]), "skill",
                "on browser"
            ),
            (
                CommandInvocation(command: "skill", arguments: ["skill": "browser", "state": false]), "skill",
                "off browser"
            ),
            (CommandInvocation(command: "skill", arguments: ["skill": "browser"]), "skill", ""),
            (CommandInvocation(command: "skill", arguments: ["state": ["on"], "skill": "browser"]), "skill", ""),
            (CommandInvocation(command: "archive", arguments: ["number": 3]), "archive", "3"),
            (CommandInvocation(command: "archive", arguments: ["number": nil]), "archive", ""),
            (CommandInvocation(command: "rename", arguments: ["title": "  Two words "]), "rename", "Two words"),
            (CommandInvocation(command: "rename", arguments: ["title": "  "]), "rename", ""),
            (CommandInvocation(command: "soul", arguments: ["value": "x"]), "soul", ""),
            (CommandInvocation(command: "soul", arguments: ["field": "clear", "value": "name"]), "soul", "clear name"),
            (CommandInvocation(command: "unknown", arguments: ["title": "x"]), "unknown", ""),
        ] as [(CommandInvocation, String, String)])
    func anInvocationIsWhatWouldHaveBeenTyped(invocation: CommandInvocation, name: String, arguments: String) {
        #expect(commands.typed(invocation) == ParsedCommand(name: name, arguments: arguments))
    }
}
