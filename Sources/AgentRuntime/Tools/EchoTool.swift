package import PlatformSDK

/// `echo`: says back what it is given, to see that the way to the tools and back is open.
package struct EchoTool: ToolExecutor {
    /// Creates the tool.
    package init() {}

    package func tools(for request: MessageRequest) async -> [Tool] {
        let text = OpaqueJSON.object(["type": .string("string"), "description": .string("What to say back.")])
        let parameters = OpaqueJSON.object([
            "type": .string("object"), "properties": .object(["text": text]),
            "required": .array([.string("text")]), "additionalProperties": .bool(false),
        ])
        let tool = ModelTool(
            name: "echo", description: "Says a text back; of use for testing only.", parameters: parameters)
        return [Tool(tool, hasSideEffects: false)]
    }

    package func execute(_ call: ToolInvocation) async throws -> ToolOutcome {
        guard let text = call.arguments["text"]?.string else {
            return ToolOutcome("The argument text is missing; give it as a string.", success: false)
        }
        return ToolOutcome(text)
    }
}
