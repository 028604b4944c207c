import AgentRuntime
import PlatformSDK

/// A history in the order that every provider accepts: what the agent did, and right behind it what came of its calls.
struct Conversation: Sendable {
    /// One step of the conversation.
    enum Step: Hashable, Sendable {
        /// What a person, or the platform in its place, said.
        case said(String, origin: OutputItem.Origin, files: [ModelAttachment])
        /// What the model answered in one go, without errors and approvals.
        case answered([OutputItem])
        /// What came of the calls in the answer before, one for each and in their order.
        case returned([Output])
    }

    /// What came of one call.
    struct Output: Hashable, Sendable {
        /// The call.
        let callID: String
        /// What the tool said.
        let text: String
        /// Whether the tool did what it was called for.
        let isSuccess: Bool
    }

    /// The steps, oldest first.
    private(set) var steps: [Step] = []
    private var answer: [OutputItem] = []
    private var outputs: [String: Output] = [:]

    /// Puts the history of a request in order.
    init(_ request: ModelRequest) {
        let history = request.history
        for item in history {
            guard case .functionCallOutput(let output) = item else { continue }
            outputs[output.callID] = Output(callID: output.callID, text: output.output, isSuccess: output.success)
        }
        for (place, item) in history.enumerated() {
            switch item {
            case .message(let message) where message.origin != .agent:
                endAnswer()
                let files = message.origin == .user ? request.attachments[place] ?? [] : []
                steps.append(.said(message.content, origin: message.origin, files: files))
            case .message, .reasoning, .functionCall: answer.append(item)
            case .functionCallOutput: endAnswer()
            default: continue
            }
        }
        endAnswer()
    }

    private mutating func endAnswer() {
        guard !answer.isEmpty else { return }
        steps.append(.answered(answer))
        let calls = answer.compactMap { item -> String? in
            guard case .functionCall(let call) = item else { return nil }
            return call.callID
        }
        answer = []
        guard !calls.isEmpty else { return }
        steps.append(
            .returned(calls.map { outputs[$0] ?? Output(callID: $0, text: Self.noOutput, isSuccess: false) })
        )
    }

    /// What a model is told of a call that nobody answered.
    private static let noOutput = "The call was interrupted; whether it had an effect is unknown."
}

extension ModelTool {
    /// The schema; that of an object without members where it is none.
    var schema: JSON {
        let schema = JSON(parameters)
        return schema.members == nil ? ["type": "object", "properties": [:]] : schema
    }
}

extension OutputItem.Message {
    /// All that the model said to its reader.
    var said: String { content + (refusal ?? "") }
}
