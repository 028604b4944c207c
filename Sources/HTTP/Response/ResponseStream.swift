import Synchronization

/// One response on its way from the event loop to its reader: the shell of `ResponseStateMachine`.
final class ResponseStream: Sendable {
    /// What the reader wants of the transfer.
    enum Demand {
        /// There is room again after a pause.
        case resume
        /// Nobody reads any more.
        case cancel
    }

    /// What became of bytes that were offered.
    enum Acceptance {
        case accepted
        case pause
        case abort
    }

    private typealias HeadResult = Result<ResponseHead, HTTPError>
    private typealias ChunkResult = Result<[UInt8]?, HTTPError>
    private typealias Machine = ResponseStateMachine<
        CheckedContinuation<HeadResult, Never>, CheckedContinuation<ChunkResult, Never>
    >

    private let machine: Mutex<Machine>
    private let subject: String
    private let demand: @Sendable (ResponseStream, Demand) -> Void

    /// Whether the transfer has finished or the reader has given it up.
    var hasEnded: Bool { machine.withLock { $0.hasEnded } }

    /// Makes a stream.
    ///
    /// - Parameters:
    ///   - subject: the request as error messages name it.
    ///   - capacity: the bound of the buffer in bytes.
    ///   - demand: tells the transfer what the reader wants; called on the reader's task.
    init(subject: String, capacity: Int, demand: @escaping @Sendable (ResponseStream, Demand) -> Void) {
        self.subject = subject
        self.demand = demand
        machine = Mutex(Machine(capacity: capacity))
    }

    // The event loop's side

    /// Passes the head on.
    func receiveHead(_ head: ResponseHead) {
        machine.withLock { $0.receiveHead(head) }?.resume(returning: .success(head))
    }

    /// Offers bytes of the body.
    func receive(_ bytes: [UInt8]) -> Acceptance {
        switch machine.withLock({ $0.receive(bytes) }) {
        case .buffered: return .accepted
        case .deliver(let reader):
            reader.resume(returning: .success(bytes))
            return .accepted
        case .pause: return .pause
        case .abort: return .abort
        }
    }

    /// Ends the response.
    func finish(_ outcome: Result<Void, HTTPError>) {
        let action = machine.withLock { $0.finish(outcome) }
        switch outcome {
        case .success:
            action.bodyWaiter?.resume(returning: .success(nil))
            // A transfer that ends well has delivered its head before.
            action.headWaiter?.resume(returning: .failure(cancellation))
        case .failure(let error):
            resume(action, throwing: error)
        }
    }

    // The reader's side

    /// Waits for the head.
    func head() async throws(HTTPError) -> ResponseHead {
        let result: HeadResult = await withCheckedContinuation { continuation in
            if let result = machine.withLock({ $0.waitForHead(continuation) }) {
                continuation.resume(returning: result)
            }
        }
        return try result.get()
    }

    /// Claims the body for one consumer; false for every further one.
    func claim() -> Bool {
        machine.withLock { $0.claim() }
    }

    /// The next bytes, nil at the end. A cancelled task aborts the transfer.
    func next(isolation: isolated (any Actor)? = #isolation) async throws(HTTPError) -> [UInt8]? {
        let result: ChunkResult = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                switch machine.withLock({ $0.read(continuation) }) {
                case .chunk(let chunk, let resumeTransfer):
                    continuation.resume(returning: .success(chunk))
                    if resumeTransfer { demand(self, .resume) }
                case .end: continuation.resume(returning: .success(nil))
                case .fail(let error): continuation.resume(returning: .failure(error))
                case .wait: break
                }
            }
        } onCancel: {
            abandon()
        }
        return try result.get()
    }

    /// Gives the response up: aborts the transfer if it still runs.
    func abandon() {
        let action = machine.withLock { $0.abandon(with: cancellation) }
        resume(action, throwing: cancellation)
        if action.cancelTransfer { demand(self, .cancel) }
    }

    private var cancellation: HTTPError {
        HTTPError(.cancelled, "\(subject): cancelled before the response was read to its end")
    }

    private func resume(_ action: Machine.EndAction, throwing error: HTTPError) {
        action.headWaiter?.resume(returning: .failure(error))
        action.bodyWaiter?.resume(returning: .failure(error))
    }
}
