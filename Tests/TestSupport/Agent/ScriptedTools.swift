package import AgentRuntime
package import PlatformSDK
import Synchronization

/// Tools that a test writes, and what they were called with.
package final class ScriptedTools: ToolExecutor {
    /// What a tool does with its call.
    package typealias Body = @Sendable (ToolInvocation) async throws -> ToolOutcome

    private let all: [Tool]
    private let bodies: [String: Body]
    private let invocations = Mutex<[ToolInvocation]>([])

    /// Creates tools by name; those named in `harmless` have no side effects.
    package init(_ bodies: [String: Body], harmless: Set<String> = []) {
        self.bodies = bodies
        all = bodies.keys.sorted().map { name in
            Tool(
                ModelTool(name: name, description: name, parameters: .object(["type": .string("object")])),
                hasSideEffects: !harmless.contains(name))
        }
    }

    /// The calls so far.
    package var calls: [ToolInvocation] { invocations.withLock { $0 } }

    package func tools(for request: MessageRequest) async -> [Tool] { all }

    package func execute(_ call: ToolInvocation) async throws -> ToolOutcome {
        invocations.withLock { $0.append(call) }
        guard let body = bodies[call.name] else { return ToolOutcome("no such tool", success: false) }
        return try await body(call)
    }
}
