package import PlatformSDK
import Synchronization

/// An agent whose answers follow from the text of the message, any number at once.
///
/// `count N` says the numbers from 1 to N, `tools` does one of each thing, `hang` says one chunk and then nothing, `fail`
/// fails with `E1`, and anything else is said back.
package final class ScriptedAgent: AgentResponder {
    private let requests = Mutex<[MessageRequest]>([])
    private let decisions = Mutex<[String]>([])

    /// Creates an agent that was asked nothing yet.
    package init() {}

    /// What it was asked, in order.
    package var received: [MessageRequest] { requests.withLock { $0 } }

    /// The approvals that it was given, as `run/item=decision`.
    package var decided: [String] { decisions.withLock { $0 } }

    /// The models that it offers, all of which say the same.
    package static let models = OfferedModels(
        defaultName: "scribe-1",
        models: [
            OfferedModel(name: "scribe-1", title: "The first scribe", contextTokens: 8_192),
            OfferedModel(name: "scribe-2"),
        ])

    package func models() -> OfferedModels? { Self.models }

    /// One event of each kind but the end.
    package static let everything: [AgentEvent] = [
        .textChunk("a"), .reasoningChunk("why"), .toolCall(ToolCall(callID: "c1", name: "search", label: "ships")),
        .toolResult(ToolResult(callID: "c1", success: false, result: "none")), .progress,
        .file(AgentFile(filename: "a.txt", mimeType: "text/plain", size: 3, location: .path("/tmp/a.txt"))),
        .file(AgentFile(filename: "b", location: .url("https://example.org/b"))),
        .approvalRequest(ApprovalRequest(itemID: "i1", text: "May I?")), .reset(text: "anew"), .textChunk("!"),
    ]

    /// The text of the answer to `count N`.
    package static func counted(to last: Int) -> String { (1...last).map { "\($0) " }.joined() }

    package func respond(to request: MessageRequest) async throws -> ReplySequence<RunEvent> {
        if let model = request.model, !Self.models.contains(model) { throw PlatformError.modelNotAllowed(model) }
        requests.withLock { $0.append(request) }
        let words = request.text.split(separator: " ")
        let last = words.first == "count" ? words.last.flatMap { Int($0) } ?? 0 : 0
        let place = Mutex(0)
        let events: [AgentEvent] =
            switch words.first {
            case "tools": Self.everything + [.end(tokensUsed: 1)]
            case "hang": [.textChunk("hanging")]
            default: [.textChunk(request.text), .end(tokensUsed: 1)]
            }
        return ReplySequence<AgentEvent>(next: {
            let index = place.withLock { place in
                place += 1
                return place
            }
            if words.first == "fail" { throw PlatformError(.agentFailed, "as asked", agentCode: "E1") }
            if last > 0 {
                // Other tasks come in between, as they do with an agent that waits for a model.
                await Task.yield()
                if index <= last { return .textChunk("\(index) ") }
                return index == last + 1 ? .end(tokensUsed: last) : nil
            }
            if index <= events.count { return events[index - 1] }
            if words.first == "hang" { try await Task.sleep(for: .seconds(3_600)) }
            return nil
        }).numbered()
    }

    /// What it says of a user that was never heard of before, by the lengths of the ids.
    package static func usage(userID: String, threadID: String) -> UsageReport {
        UsageReport(
            today: UsageSum(tokens: userID.count, microdollars: 7, unpricedTokens: 1), dailyLimit: 1_000,
            month: UsageSum(tokens: 90_000), thread: UsageSum(tokens: threadID.count, microdollars: 0),
            everyone: UsageReport.Budget(spent: 5_000, limit: 4_000))
    }

    package func usage(userID: String, threadID: String) async throws -> UsageReport {
        if userID == "nobody" { throw PlatformError(.store, "as asked") }
        return Self.usage(userID: userID, threadID: threadID)
    }

    package func decide(_ decision: ApprovalDecision, runID: String, itemID: String) async throws {
        decisions.withLock { $0.append("\(runID)/\(itemID)=\(decision.rawValue)") }
    }
}
