/// Changes in place: an item is taken out of its enum while it changes, so that a text that grows has one owner and is
/// never copied. Taking out is a function of its own, because a pattern in the same function would be a second owner.
extension OutputItem {
    /// The kinds of items that deltas add to.
    enum Growth {
        case message, reasoning, functionCall, functionCallOutput, scriptExecution, scriptExecutionOutput
    }

    /// Which of them this item is; nil for the others.
    var growth: Growth? {
        switch self {
        case .message: .message
        case .reasoning: .reasoning
        case .functionCall: .functionCall
        case .functionCallOutput: .functionCallOutput
        case .scriptExecution: .scriptExecution
        case .scriptExecutionOutput: .scriptExecutionOutput
        default: nil
        }
    }

    /// Changes a `message`; does nothing to other items.
    mutating func withMessage(_ change: (inout Message) -> Void) {
        var taken = Message()
        guard take(&taken) else { return }
        change(&taken)
        self = .message(taken)
    }

    @inline(never)
    private mutating func take(_ taken: inout Message) -> Bool {
        guard case .message(let item) = self else { return false }
        taken = item
        self = .cancelled(Cancelled())
        return true
    }

    /// Changes a `reasoning`; does nothing to other items.
    mutating func withReasoning(_ change: (inout Reasoning) -> Void) {
        var taken = Reasoning()
        guard take(&taken) else { return }
        change(&taken)
        self = .reasoning(taken)
    }

    @inline(never)
    private mutating func take(_ taken: inout Reasoning) -> Bool {
        guard case .reasoning(let item) = self else { return false }
        taken = item
        self = .cancelled(Cancelled())
        return true
    }

    /// Changes a `functionCall`; does nothing to other items.
    mutating func withFunctionCall(_ change: (inout FunctionCall) -> Void) {
        var taken = FunctionCall()
        guard take(&taken) else { return }
        change(&taken)
        self = .functionCall(taken)
    }

    @inline(never)
    private mutating func take(_ taken: inout FunctionCall) -> Bool {
        guard case .functionCall(let item) = self else { return false }
        taken = item
        self = .cancelled(Cancelled())
        return true
    }

    /// Changes a `functionCallOutput`; does nothing to other items.
    mutating func withFunctionCallOutput(_ change: (inout FunctionCallOutput) -> Void) {
        var taken = FunctionCallOutput()
        guard take(&taken) else { return }
        change(&taken)
        self = .functionCallOutput(taken)
    }

    @inline(never)
    private mutating func take(_ taken: inout FunctionCallOutput) -> Bool {
        guard case .functionCallOutput(let item) = self else { return false }
        taken = item
        self = .cancelled(Cancelled())
        return true
    }

    /// Changes a `scriptExecution`; does nothing to other items.
    mutating func withScriptExecution(_ change: (inout ScriptExecution) -> Void) {
        var taken = ScriptExecution()
        guard take(&taken) else { return }
        change(&taken)
        self = .scriptExecution(taken)
    }

    @inline(never)
    private mutating func take(_ taken: inout ScriptExecution) -> Bool {
        guard case .scriptExecution(let item) = self else { return false }
        taken = item
        self = .cancelled(Cancelled())
        return true
    }

    /// Changes a `scriptExecutionOutput`; does nothing to other items.
    mutating func withScriptExecutionOutput(_ change: (inout ScriptExecutionOutput) -> Void) {
        var taken = ScriptExecutionOutput()
        guard take(&taken) else { return }
        change(&taken)
        self = .scriptExecutionOutput(taken)
    }

    @inline(never)
    private mutating func take(_ taken: inout ScriptExecutionOutput) -> Bool {
        guard case .scriptExecutionOutput(let item) = self else { return false }
        taken = item
        self = .cancelled(Cancelled())
        return true
    }
}
