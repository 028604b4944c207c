package import PlatformSDK
import Synchronization

/// A platform whose runs go on without their readers, and say what the test tells them to.
package final class LongRunningPlatform: PlatformClient {
    private struct Run {
        var events: [AgentEvent] = []
        var isStopped = false
    }

    private struct State {
        var runs: [String: Run] = [:]
        var requests: [MessageRequest] = []
        var resumptions: [Int] = []
        var stopped: [String] = []
    }

    private let state = Mutex(State())
    private let users = MockPlatformClient()

    /// Creates an agent without runs.
    package init() {}

    /// The messages that began a run.
    package var requests: [MessageRequest] { state.withLock { $0.requests } }
    /// The cursors after which runs were read again.
    package var resumptions: [Int] { state.withLock { $0.resumptions } }
    /// The runs that were stopped.
    package var stopped: [String] { state.withLock { $0.stopped } }

    /// Lets the latest run go on.
    package func say(_ events: AgentEvent...) {
        state.withLock { state in
            guard let runID = state.requests.last?.runID else { return }
            state.runs[runID]?.events += events
        }
    }

    /// Loses all runs, as an agent does whose disk is gone.
    package func forgetRuns() {
        state.withLock { $0.runs = [:] }
    }

    package func streamMessage(_ request: MessageRequest) async throws -> ReplySequence<MessageChunk> {
        state.withLock { state in
            state.requests.append(request)
            if state.runs[request.runID] == nil { state.runs[request.runID] = Run() }
        }
        return read(request.runID, after: 0)
    }

    package func resumeMessage(runID: String, after seq: Int) async throws -> ReplySequence<MessageChunk> {
        state.withLock { $0.resumptions.append(seq) }
        return read(runID, after: seq)
    }

    package func stopRun(_ runID: String) async throws {
        state.withLock { state in
            state.stopped.append(runID)
            state.runs[runID]?.isStopped = true
        }
    }

    private func read(_ runID: String, after seq: Int) -> ReplySequence<MessageChunk> {
        let cursor = Mutex(seq)
        return ReplySequence(next: {
            while true {
                try Task.checkCancellation()
                guard let run = self.state.withLock({ $0.runs[runID] }) else {
                    throw PlatformError(.unknownRun, "there is no run \(runID)")
                }
                if run.isStopped { throw PlatformError(.cancelled, "run \(runID) was stopped") }
                let position = cursor.withLock { $0 }
                guard position < run.events.count else {
                    try await Task.sleep(for: .milliseconds(2))
                    continue
                }
                cursor.withLock { $0 = position + 1 }
                switch run.events[position] {
                case .textChunk(let text): return MessageChunk(messageID: runID, delta: text, seq: position + 1)
                case .end(let tokens, _):
                    return MessageChunk(
                        messageID: runID, delta: "", finished: true, tokensUsed: tokens, seq: position + 1)
                case let event: return MessageChunk(messageID: runID, delta: "", seq: position + 1, event: event)
                }
            }
        })
    }

    package func getOrCreateUser(externalID: String, platform: String, displayName: String?) async throws -> User {
        try await users.getOrCreateUser(externalID: externalID, platform: platform, displayName: displayName)
    }

    package func getSettings(userID: String) async throws -> UserSettings {
        try await users.getSettings(userID: userID)
    }

    package func updateSettings(userID: String, _ action: SettingsAction) async throws -> UserSettings {
        try await users.updateSettings(userID: userID, action)
    }

    package func agentStatus() async -> AgentStatus { .connected }
}
