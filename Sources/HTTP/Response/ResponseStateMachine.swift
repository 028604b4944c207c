/// Decides the life of one response between the thread that receives it and the task that reads it.
///
/// Head and body pass through in order. The buffer is bounded: bytes that do not fit are refused, which pauses
/// the transfer until the reader has emptied the buffer. Each input returns what the caller has to do.
struct ResponseStateMachine<HeadWaiter, BodyWaiter> {
    /// What to do with bytes that have arrived.
    enum ReceiveAction {
        /// They were taken into the buffer.
        case buffered
        /// They were not taken; hand them to the waiting reader.
        case deliver(to: BodyWaiter)
        /// They were not taken; pause the transfer and offer them again after `resumeTransfer`.
        case pause
        /// Nobody reads any more; end the transfer.
        case abort
    }

    /// What to do for a reader.
    enum ReadAction {
        /// Return these bytes.
        case chunk([UInt8], resumeTransfer: Bool)
        /// The body has ended.
        case end
        /// Throw.
        case fail(HTTPError)
        /// The reader was kept; another input will name it.
        case wait
    }

    /// Who has to be told of an end.
    struct EndAction {
        /// The task that waits for the head, if any.
        var headWaiter: HeadWaiter?
        /// The task that waits for bytes, if any.
        var bodyWaiter: BodyWaiter?
        /// Whether a transfer is still running and has to be cancelled.
        var cancelTransfer = false
    }

    private enum Head {
        case awaited(HeadWaiter?)
        case arrived(ResponseHead)
        case delivered
    }

    private let capacity: Int
    private var head = Head.awaited(nil)
    private var buffer: [UInt8] = []
    private var bodyWaiter: BodyWaiter?
    private var isPaused = false
    private var isClaimed = false
    private var result: Result<Void, HTTPError>?

    /// How many bytes wait for the reader.
    var bufferedBytes: Int { buffer.count }

    /// Whether the transfer has finished or the reader has given it up.
    var hasEnded: Bool { result != nil }

    /// Makes a machine whose buffer holds up to `capacity` bytes.
    init(capacity: Int) {
        self.capacity = capacity
    }

    /// The head has arrived; returns the task that waits for it.
    mutating func receiveHead(_ received: ResponseHead) -> HeadWaiter? {
        guard case .awaited(let waiter) = head, result == nil else { return nil }
        head = waiter == nil ? .arrived(received) : .delivered
        return waiter
    }

    /// A task asks for the head; nil means that it was kept as the waiter.
    mutating func waitForHead(_ waiter: HeadWaiter) -> Result<ResponseHead, HTTPError>? {
        if case .arrived(let received) = head {
            head = .delivered
            return .success(received)
        }
        if case .failure(let error) = result { return .failure(error) }
        head = .awaited(waiter)
        return nil
    }

    /// Bytes have arrived.
    mutating func receive(_ bytes: [UInt8]) -> ReceiveAction {
        guard result == nil else { return .abort }
        if let waiter = bodyWaiter {
            bodyWaiter = nil
            return .deliver(to: waiter)
        }
        guard buffer.isEmpty || buffer.count + bytes.count <= capacity else {
            isPaused = true
            return .pause
        }
        if buffer.isEmpty { buffer = bytes } else { buffer += bytes }
        return .buffered
    }

    /// The transfer has ended, well or not.
    mutating func finish(_ outcome: Result<Void, HTTPError>) -> EndAction {
        guard result == nil else { return EndAction() }
        result = outcome
        return takeWaiters()
    }

    /// The reader is gone; what is buffered is dropped.
    mutating func abandon(with error: HTTPError) -> EndAction {
        if case .failure = result { return EndAction() }
        buffer = []
        let wasRunning = result == nil
        // A body that was read to its end stays a success for a reader that looks again.
        if wasRunning { result = .failure(error) }
        var action = takeWaiters()
        action.cancelTransfer = wasRunning
        return action
    }

    /// Claims the body for one consumer; false for every further one.
    mutating func claim() -> Bool {
        defer { isClaimed = true }
        return !isClaimed
    }

    /// The reader asks for bytes.
    mutating func read(_ waiter: BodyWaiter) -> ReadAction {
        if !buffer.isEmpty {
            let chunk = buffer
            buffer = []
            defer { isPaused = false }
            return .chunk(chunk, resumeTransfer: isPaused)
        }
        switch result {
        case .success: return .end
        case .failure(let error): return .fail(error)
        case nil:
            bodyWaiter = waiter
            return .wait
        }
    }

    private mutating func takeWaiters() -> EndAction {
        var action = EndAction(bodyWaiter: bodyWaiter)
        bodyWaiter = nil
        if case .awaited(let waiter) = head {
            action.headWaiter = waiter
            head = .awaited(nil)
        }
        return action
    }
}
