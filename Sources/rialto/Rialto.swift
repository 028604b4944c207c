import ArgumentParser

/// The program: an AI agent in Matrix rooms.
@main
struct Rialto: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rialto",
        abstract: "Puts an AI agent into Matrix rooms.",
        discussion: """
            People chat with the agent as with anyone else: they write, and one message grows until the answer is done.

            To try it out: `rialto agent` in one terminal, `rialto login` and `rialto run` in another, `rialto chat` in a \
            third. `rialto check` says what is missing.
            """,
        version: Version.current,
        subcommands: [
            RunCommand.self, AgentCommand.self, ChatCommand.self, CheckCommand.self, LoginCommand.self,
        ]
    )
}
