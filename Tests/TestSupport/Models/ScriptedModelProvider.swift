package import AgentRuntime
package import PlatformSDK
import Synchronization

/// A model whose answers a test writes: one script for each request, in their order.
package final class ScriptedModelProvider: ModelProvider {
    /// One thing that happens in an answer.
    package enum Step: Sendable {
        /// An event.
        case event(ModelEvent)
        /// The answer fails here; as the first step, before the request is taken.
        case fail(ModelError)
        /// Nothing more comes until the request is given up.
        case stall
        /// Something that the test waits for or does, before the next step.
        case wait(@Sendable () async throws -> Void)
    }

    /// `scripted`.
    package let id = "scripted"
    /// `scripted-model`.
    package let defaultModel = "scripted-model"

    private let answers: Mutex<[[Step]]>
    private let asked = Mutex<[ModelRequest]>([])

    /// Creates a model that plays one answer after the other; a request beyond the last fails.
    package init(_ answers: [[Step]]) {
        self.answers = Mutex(answers)
    }

    /// The requests so far.
    package var requests: [ModelRequest] { asked.withLock { $0 } }

    package func stream(_ request: ModelRequest) async throws -> ReplySequence<ModelEvent> {
        asked.withLock { $0.append(request) }
        guard let answer = answers.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) else {
            throw ModelError(.invalidRequest, "the script has no further answer")
        }
        if case .fail(let error) = answer.first { throw error }
        let rest = Mutex(answer[...])
        return ReplySequence(next: {
            while let step = rest.withLock({ $0.popFirst() }) {
                try Task.checkCancellation()
                switch step {
                case .event(let event): return event
                case .fail(let error): throw error
                case .stall: try await Task.sleep(for: .seconds(Int32.max))
                case .wait(let operation): try await operation()
                }
            }
            return nil
        })
    }
}

extension [ScriptedModelProvider.Step] {
    /// A complete answer: one message, in chunks.
    package static func says(_ chunks: String..., itemID: String = "item-0", usage: Usage? = nil) -> Self {
        [.event(.start(responseID: "answer", model: "scripted-model"))]
            + message(chunks, itemID: itemID)
            + (usage.map { [.event(.usage($0))] } ?? [])
            + [.event(.finish(.stop))]
    }

    /// A complete answer: calls, which wait for their outputs.
    package static func calls(_ calls: (name: String, arguments: String, callID: String)...) -> Self {
        let items = calls.enumerated().flatMap { index, call -> Self in
            let itemID = "item-\(call.callID)"
            let begun = OutputItem.functionCall(.init(name: call.name, callID: call.callID))
            let done = OutputItem.functionCall(
                .init(name: call.name, arguments: call.arguments, callID: call.callID)
            )
            return [
                .event(.itemStart(ItemStart(itemID: itemID, outputIndex: index, item: begun))),
                .event(.itemDone(ItemDone(itemID: itemID, finalItem: done))),
            ]
        }
        return [.event(.start(responseID: "answer", model: "scripted-model"))] + items + [.event(.finish(.toolCalls))]
    }

    private static func message(_ chunks: [String], itemID: String) -> Self {
        [.event(.itemStart(ItemStart(itemID: itemID, outputIndex: 0, item: .message(.init()))))]
            + chunks.map { .event(.itemDelta(ItemDelta(itemID: itemID, channel: .text, deltaContent: $0))) }
            + [.event(.itemDone(ItemDone(itemID: itemID, finalItem: .message(.init(content: chunks.joined())))))]
    }
}
