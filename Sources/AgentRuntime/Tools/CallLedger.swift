package import PlatformSDK

/// What became of a run's calls, read from the run's own events, which need no table beside them.
///
/// The output of a call begins in the log before the call is executed (*intended*) and ends there with its outcome. So a
/// call that nobody finished is one whose output has begun and not ended: *unknown*, and never made again.
package struct CallLedger: Hashable, Sendable {
    /// What became of a call.
    package enum State: Hashable, Sendable {
        /// It is being executed, or its process died meanwhile.
        case intended
        /// The tool did what it was called for.
        case completed
        /// The tool has said that it did not.
        case failed
        /// It may have had an effect; nobody knows.
        case unknown
    }

    /// A call that was executed, or was about to be.
    package struct Entry: Hashable, Sendable {
        /// The id of the call.
        package let callID: String
        /// The tool's name; empty where the call itself is not in the log.
        package let name: String
        /// What became of it.
        package let state: State
    }

    /// The calls in their order.
    package let entries: [Entry]

    /// What the model is told of a call whose outcome nobody knows.
    package static let unknownOutcome =
        "The call was interrupted; whether it had an effect is unknown. Do not repeat it."

    /// Reads the ledger of a run.
    package init(_ response: Response) {
        // Models give an id twice, even within one answer: outputs begin in the order of their calls.
        var names: [String: ArraySlice<String>] = [:]
        entries = response.outputItems.compactMap { item in
            switch item.item {
            case .functionCall(let call):
                names[call.callID, default: []].append(call.name)
                return nil
            case .functionCallOutput(let output):
                return Entry(
                    callID: output.callID, name: names[output.callID]?.popFirst() ?? "",
                    state: State(of: output, item.status, isOver: response.status.isTerminal))
            default: return nil
            }
        }
    }

    /// Whether any of the calls may have changed anything; a tool that is not known any more may.
    package func mayHaveHadEffects(tools: [Tool]) -> Bool {
        let harmless = Set(tools.filter { !$0.hasSideEffects }.map(\.model.name))
        return entries.contains { !harmless.contains($0.name) }
    }
}

extension CallLedger.State {
    fileprivate init(of output: OutputItem.FunctionCallOutput, _ status: Response.Item.Status, isOver: Bool) {
        self =
            switch status {
            case .complete: output.success ? .completed : .failed
            case .inProgress: isOver ? .unknown : .intended
            case .error, .cancelled: .unknown
            }
    }
}
