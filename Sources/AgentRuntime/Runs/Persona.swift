/// Who the agent is.
package struct Persona: Hashable, Sendable {
    /// The name that it goes by.
    package var name: String
    /// What it is told to be and to do; empty for nothing beyond its name.
    package var instructions: String

    /// Creates a persona.
    package init(name: String, instructions: String = "") {
        self.name = name
        self.instructions = instructions
    }

    /// The instructions as the model gets them.
    package var prompt: String {
        instructions.isEmpty ? "Your name is \(name)." : "Your name is \(name).\n\n\(instructions)"
    }

    /// The instructions for one user: who the agent is, what the user has asked it to be, and the skills it may load.
    package func prompt(soul: [String: String], skills: [Skill]) -> String {
        var parts = [prompt]
        let wishes = soul.filter { !$0.value.isEmpty }.sorted { $0.key < $1.key }
        if !wishes.isEmpty {
            let lines = wishes.map { "- \($0.key): \($0.value)" }
            parts.append((["The person whom you talk with wants you to be like this:"] + lines).joined(separator: "\n"))
        }
        if !skills.isEmpty {
            let lines = skills.map { "- \($0.name): \($0.description)" }
            let heading = """
                You have skills, each a text that says how to do something well. Before a task that one of them fits, \
                call `\(SkillTools.toolName)` with its name and follow what it says:
                """
            parts.append(([heading] + lines).joined(separator: "\n"))
        }
        return parts.joined(separator: "\n\n")
    }
}
