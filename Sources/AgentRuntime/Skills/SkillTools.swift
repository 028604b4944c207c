package import PlatformSDK

/// `load_skill`: gives the model the text of a skill that the user has switched on.
package struct SkillTools: ToolExecutor {
    /// The tool's name.
    package static let toolName = "load_skill"

    private let library: any SkillLibrary

    /// Creates the tool over a library.
    package init(_ library: any SkillLibrary) {
        self.library = library
    }

    package func tools(for request: MessageRequest) async -> [Tool] {
        let enabled = await enabled(for: request)
        guard !enabled.isEmpty else { return [] }
        let name = OpaqueJSON.object([
            "type": .string("string"), "enum": .array(enabled.map { .string($0.name) }),
            "description": .string("The skill's name."),
        ])
        let parameters = OpaqueJSON.object([
            "type": .string("object"), "properties": .object(["name": name]),
            "required": .array([.string("name")]), "additionalProperties": .bool(false),
        ])
        let tool = ModelTool(
            name: Self.toolName, description: "Gives the instructions of one of your skills, to be followed.",
            parameters: parameters)
        return [Tool(tool, hasSideEffects: false)]
    }

    package func execute(_ call: ToolInvocation) async throws -> ToolOutcome {
        let enabled = await enabled(for: call.request)
        guard let name = call.arguments["name"]?.string, let skill = enabled.first(where: { $0.name == name }) else {
            let names = enabled.map(\.name).joined(separator: ", ")
            return ToolOutcome("There is no such skill; you have: \(names).", success: false)
        }
        return ToolOutcome(skill.instructions)
    }

    /// The skills that the user has switched on; a library that cannot be read has none.
    package func enabled(for request: MessageRequest) async -> [Skill] {
        let names = Set(request.skills)
        return ((try? await library.skills()) ?? []).filter { names.contains($0.name) }
    }
}
