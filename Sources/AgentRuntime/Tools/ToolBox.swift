package import PlatformSDK

/// Several executors as one; of two tools with the same name the first one counts.
package struct ToolBox: ToolExecutor {
    private let executors: [any ToolExecutor]

    /// Brings executors together.
    package init(_ executors: [any ToolExecutor]) {
        self.executors = executors
    }

    package func tools(for request: MessageRequest) async -> [Tool] {
        var names: Set<String> = []
        var tools: [Tool] = []
        for executor in executors {
            tools += await executor.tools(for: request).filter { names.insert($0.model.name).inserted }
        }
        return tools
    }

    package func execute(_ call: ToolInvocation) async throws -> ToolOutcome {
        for executor in executors {
            if await executor.tools(for: call.request).contains(where: { $0.model.name == call.name }) {
                return try await executor.execute(call)
            }
        }
        return ToolOutcome("There is no tool named \(call.name).", success: false)
    }
}
