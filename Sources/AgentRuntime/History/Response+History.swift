import PlatformSDK

extension Response {
    /// What a model is shown of a finished turn: what the person asked, and what the agent did.
    ///
    /// Of what was not finished only the text that the person has seen stays, and each executed call gets an output,
    /// which says so where the outcome is unknown. Failures, approvals and the platform's own items are left out.
    var historyItems: [OutputItem] {
        var items: [OutputItem] = []
        // Providers refuse a conversation with reasoning that leads to nothing, as that of a run which was stopped then.
        var leadsToSomething = false
        for item in finishedItems.reversed() {
            switch item {
            case .message(let message): leadsToSomething = message.origin == .agent
            case .functionCall: leadsToSomething = true
            case .reasoning where leadsToSomething: break
            case .reasoning: continue
            default: leadsToSomething = false
            }
            items.append(item)
        }
        return items.reversed()
    }

    private var finishedItems: [OutputItem] {
        outputItems.compactMap { item in
            switch item.item {
            case .message(var message):
                if message.origin == .agent { message.content.removeSeparator() }
                guard !message.said.trimmed.isEmpty else { return nil }
                // A text that was cut off is not what the provider's state belongs to.
                if item.status != .complete { message.providerState = nil }
                return .message(message)
            case .functionCallOutput(let output) where item.status != .complete:
                return .functionCallOutput(
                    .init(callID: output.callID, output: CallLedger.unknownOutcome, success: false))
            case .reasoning, .functionCall, .functionCallOutput: return item.status == .complete ? item.item : nil
            default: return nil
            }
        }
    }
}

extension String {
    /// What stands between two messages of one answer, so that they read as paragraphs.
    static let messageSeparator = "\n\n"

    /// Takes away what the runtime has put before a further message of an answer.
    mutating func removeSeparator() {
        if hasPrefix(Self.messageSeparator) { removeFirst(Self.messageSeparator.count) }
    }
}
