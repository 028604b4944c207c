package import PlatformSDK

/// Tools that the model of a run may call.
package protocol ToolExecutor: Sendable {
    /// The tools that a request may use.
    func tools(for request: MessageRequest) async -> [Tool]

    /// Performs a call of one of them.
    ///
    /// A call that fails as the tool itself foresees returns an outcome without success; an error that is thrown becomes
    /// one too. Must honour cancellation: a call past its deadline is cancelled, and its run waits until it has ended.
    func execute(_ call: ToolInvocation) async throws -> ToolOutcome
}

/// A tool, and what the runtime has to know of it.
package struct Tool: Hashable, Sendable {
    /// What the model is told.
    package var model: ModelTool
    /// Whether a call may change anything outside the run. A run that has made such a call is never performed again.
    package var hasSideEffects: Bool

    /// Creates a tool; whoever does not say otherwise has side effects.
    package init(_ model: ModelTool, hasSideEffects: Bool = true) {
        self.model = model
        self.hasSideEffects = hasSideEffects
    }
}

/// A call of a tool on its way to the executor.
package struct ToolInvocation: Hashable, Sendable {
    /// The request whose run makes the call.
    package var request: MessageRequest
    /// The id of the call.
    package var callID: String
    /// The tool's name.
    package var name: String
    /// The arguments, which are an object.
    package var arguments: OpaqueJSON

    /// Creates a call.
    package init(request: MessageRequest, callID: String, name: String, arguments: OpaqueJSON) {
        self.request = request
        self.callID = callID
        self.name = name
        self.arguments = arguments
    }
}

/// What came of a call.
package struct ToolOutcome: Hashable, Sendable {
    /// What the model is told.
    package var output: String
    /// Whether the tool did what it was called for.
    package var success: Bool

    /// Creates an outcome.
    package init(_ output: String, success: Bool = true) {
        self.output = output
        self.success = success
    }

    /// The same outcome with an output of at most so many bytes of UTF-8, and a word about what is missing.
    func limited(toBytes limit: Int) -> ToolOutcome {
        let size = output.utf8.count
        guard size > limit else { return self }
        var kept = output.utf8.prefix(limit)
        while String(kept) == nil, !kept.isEmpty { kept = kept.dropLast() }
        let text = (String(kept) ?? "") + "\n[cut off: \(size - kept.count) of \(size) bytes are not shown]"
        return ToolOutcome(text, success: success)
    }
}
