import Foundation
import PlatformSDK
import Synchronization

/// The one writer of a run: numbers its events, appends them, and knows what they have made.
///
/// One task appends at a time. Events whose append has failed, which may be in the log or not, go first in the next one:
/// appending what is there already has no effect.
final class RunWriter: Sendable {
    private struct State {
        var attempt: Int
        var nextSeq: Int
        var trace: TraceContext
        var unconfirmed: [StreamEvent] = []
        var projection: RunProjection
    }

    /// The run's id.
    let runID: String
    private let log: any EventLog
    private let now: @Sendable () -> Date
    private let root: TraceContext
    private let state: Mutex<State>

    /// Creates the writer of an attempt that has been claimed and goes on after an event.
    init(
        _ runID: String, claimed: RunState, projection: RunProjection = RunProjection(), traceparent: String?,
        log: any EventLog, now: @escaping @Sendable () -> Date
    ) {
        self.runID = runID
        self.log = log
        self.now = now
        root = traceparent.flatMap { TraceContext(traceparent: $0) } ?? .random()
        state = Mutex(
            State(
                attempt: claimed.attempt, nextSeq: claimed.lastSeq + 1, trace: root.child(), projection: projection))
    }

    /// The time, in milliseconds since 1970.
    var milliseconds: Int64 { Int64((now().timeIntervalSince1970 * 1_000).rounded()) }

    /// The attempt that is being written.
    var attempt: Int { state.withLock { $0.attempt } }

    /// The run as the log has it.
    var snapshot: RunSnapshot? { state.withLock { $0.projection.snapshot } }

    /// Appends events, and those that are not confirmed yet before them.
    func append(_ payloads: [StreamEvent.Payload]) async throws {
        let timestamp = milliseconds
        let (batch, attempt) = state.withLock { state in
            for payload in payloads {
                state.unconfirmed.append(
                    StreamEvent(
                        eventID: "evt-\(runID)-\(state.attempt)-\(state.nextSeq)", runID: runID, seq: state.nextSeq,
                        attempt: state.attempt, timestamp: timestamp, traceContext: state.trace, payload: payload))
                state.nextSeq += 1
            }
            return (state.unconfirmed, state.attempt)
        }
        guard !batch.isEmpty else { return }
        // After a loss of power the next attempt begins the answer anew, so the pieces of this one need not outlast it.
        let durability: Durability = batch.allSatisfy(\.isDelta) ? .written : .synced
        try await log.append(batch, to: runID, attempt: attempt, durability: durability)
        state.withLock { state in
            state.unconfirmed.removeFirst(batch.count)
            for event in batch { state.projection.apply(event) }
        }
    }

    /// Takes the run over for a new attempt, which begins after the last event.
    func claimNextAttempt() async throws {
        let next = attempt + 1
        let claimed = try await log.claim(runID, attempt: next)
        state.withLock { state in
            state.attempt = next
            state.nextSeq = claimed.lastSeq + 1
            state.trace = root.child()
        }
    }
}

extension StreamEvent {
    /// Whether the event is a further piece of an item, and nothing is done because of it.
    fileprivate var isDelta: Bool {
        if case .itemDelta = payload { true } else { false }
    }
}
