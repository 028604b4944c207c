import Bridge
import HTTP
import MatrixAPI
import MatrixClient
import Synchronization
import TestSupport

/// Takes what a sync loop brings, and fails where a test wants it to.
final class RecordingConsumer: SyncConsumer {
    /// One response that was handed over.
    struct Delivery: Sendable {
        let response: SyncResponse
        let since: String?
    }

    private struct State {
        var attempts: [Delivery] = []
        var stored: [Delivery] = []
        var failures: Int
    }

    private let token: String?
    private let state: Mutex<State>

    /// Creates a consumer.
    ///
    /// - Parameters:
    ///   - token: The token of an earlier run.
    ///   - failures: How many times storing fails before it succeeds.
    init(token: String? = nil, failures: Int = 0) {
        self.token = token
        state = Mutex(State(failures: failures))
    }

    /// Every response that was handed over, also in vain.
    var attempts: [Delivery] { state.withLock(\.attempts) }
    /// The responses that were stored.
    var stored: [Delivery] { state.withLock(\.stored) }

    func syncToken() async throws -> String? {
        token
    }

    func consume(_ response: SyncResponse, since: String?) async throws {
        try state.withLock { state in
            let delivery = Delivery(response: response, since: since)
            state.attempts.append(delivery)
            guard state.failures == 0 else {
                state.failures -= 1
                throw Unexpected(description: "the disk is full")
            }
            state.stored.append(delivery)
        }
    }
}

/// A sync loop that runs against a scripted homeserver on a clock that stands still.
struct SyncConversation {
    let server: ScriptedHTTPServer
    let consumer: RecordingConsumer
    let clock: ManualClock
    let log: RecordingLog

    /// The requests for a sync.
    var syncs: [RecordedRequest] { server.requests.filter { $0.path == "/_matrix/client/v3/sync" } }

    /// Waits for the loop to pause and moves the clock to the end of the pause.
    ///
    /// - Returns: The length of the pause.
    @discardableResult
    func passPause() async throws -> Duration {
        let deadline = try await eventualValue("a pause of the loop") { clock.nextDeadline }
        let pause = deadline - clock.now.offset
        clock.advance(by: pause)
        return pause
    }

    /// Waits until so many syncs have been asked for.
    func waitForSyncs(_ count: Int) async throws {
        try await eventually("\(count) syncs") { syncs.count >= count }
    }

    /// Runs a loop while a closure looks on, and returns how the loop ended.
    ///
    /// Each sync gets the next of the answers; past the last one the homeserver has no news, and holds the request.
    @discardableResult
    static func run(
        answering answers: [ScriptedResponse],
        filter: [ScriptedResponse] = [],
        consumer: RecordingConsumer = RecordingConsumer(),
        whenReady: @escaping @Sendable () -> Void = {},
        _ body: (SyncConversation) async throws -> Void
    ) async throws -> Result<Void, any Error> {
        let script = Mutex((answers[...], filter[...]))
        return try await withHomeserver { request in
            if let answer = whoami(request) { return answer }
            return script.withLock { script in
                guard request.path == "/_matrix/client/v3/sync" else {
                    return script.1.popFirst() ?? .json(#"{"filter_id":"f/1"}"#)
                }
                return script.0.popFirst() ?? ScriptedResponse(steps: [.waitForDisconnect])
            }
        } _: { transport, server in
            let conversation = SyncConversation(
                server: server,
                consumer: consumer,
                clock: ManualClock(),
                log: RecordingLog()
            )
            let loop = SyncLoop(
                session: try await session(on: transport),
                consumer: consumer,
                clock: BridgeClock(conversation.clock),
                logger: conversation.log.logger,
                whenReady: whenReady
            )
            async let end = Self.end(of: loop)
            try await body(conversation)
            return await end
        }
    }

    /// Runs a loop whose end is its cancellation, once the closure is through.
    static func runUntilDone(
        answering answers: [ScriptedResponse],
        filter: [ScriptedResponse] = [],
        consumer: RecordingConsumer = RecordingConsumer(),
        whenReady: @escaping @Sendable () -> Void = {},
        _ body: @escaping @Sendable (SyncConversation) async throws -> Void
    ) async throws {
        struct Done: Error {}
        do {
            try await run(answering: answers, filter: filter, consumer: consumer, whenReady: whenReady) {
                conversation in
                try await body(conversation)
                // Leaving the scope by an error cancels the loop.
                throw Done()
            }
        } catch is Done {}
    }

    private static func end(of loop: SyncLoop) async -> Result<Void, any Error> {
        do {
            return .success(try await loop.run())
        } catch {
            return .failure(error)
        }
    }
}

/// A sync response without news.
func batch(_ token: String) -> ScriptedResponse {
    .json("{\"next_batch\":\"\(token)\"}")
}
