/// A named text that tells the agent how to do something well; a user switches it on or off.
package struct Skill: Hashable, Sendable {
    /// The name: at most 64 lowercase letters, digits and single hyphens between them.
    package let name: String
    /// What it does and when to use it: what the model always sees.
    package let description: String
    /// What the model gets when it loads the skill.
    package let instructions: String

    /// Creates a skill.
    package init(name: String, description: String, instructions: String) {
        self.name = name
        self.description = description
        self.instructions = instructions
    }

    /// The longest description, in characters.
    static let maximumDescription = 1_024
    /// The longest name, in characters.
    static let maximumName = 64

    /// Whether a name is one that a skill may have.
    package static func isName(_ name: String) -> Bool {
        let parts = name.split(separator: "-", omittingEmptySubsequences: false)
        return name.count <= maximumName
            && parts.allSatisfy { part in
                !part.isEmpty && part.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) }
            }
    }
}

/// Why a skill cannot be read.
package struct SkillError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The file, as whoever read it named it.
    package let file: String
    /// The line that is wrong, from 1.
    package let line: Int
    /// What is wrong, and what to do.
    package let message: String

    /// Creates an error.
    package init(file: String, line: Int, _ message: String) {
        self.file = file
        self.line = line
        self.message = message
    }

    package var description: String { "\(file):\(line): \(message)" }
}
