/// The skills that there are.
package protocol SkillLibrary: Sendable {
    /// All skills, in the order of their names.
    func skills() async throws -> [Skill]
}

/// Skills that do not change: the twin of those in files.
package struct InMemorySkills: SkillLibrary {
    private let all: [Skill]

    /// Creates a library.
    package init(_ skills: [Skill] = []) {
        all = skills.sorted { $0.name < $1.name }
    }

    package func skills() async throws -> [Skill] { all }
}
