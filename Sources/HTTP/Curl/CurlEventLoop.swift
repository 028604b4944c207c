import CCurl
import Foundation
import Logging
import Synchronization

/// The thread that owns every libcurl handle, and the inbox through which tasks reach it.
///
/// The thread sleeps in `curl_multi_poll` until a socket, a timer or the inbox has something. Results go back by
/// resuming the continuations of waiting tasks. Each request has at most one start, one cancellation and one resume
/// in the inbox, so that the number of requests bounds it.
final class CurlEventLoop: Sendable {
    private enum Command {
        case start(PreparedRequest, ResponseStream)
        case resume(ResponseStream)
        case cancel(ResponseStream)
    }

    private struct Inbox {
        var commands: [Command] = []
        var isClosing = false
        /// The handle to wake; nil once the thread has ended.
        var multi: MultiHandle?
        var endWaiters: [CheckedContinuation<Void, Never>] = []
    }

    private let inbox: Mutex<Inbox>
    private let options: CurlOptions
    private let logger: Logger

    /// Starts the thread.
    init(options: CurlOptions, logger: Logger) throws(HTTPError) {
        let configuration = options.configuration
        guard CurlLibrary.isReady,
            let multi = MultiHandle(
                maximumConnections: configuration.maximumConnections,
                maximumIdleConnections: configuration.maximumIdleConnections
            )
        else {
            throw HTTPError(.configuration, "libcurl could not be initialized; check memory and file descriptors")
        }
        self.options = options
        self.logger = logger
        inbox = Mutex(Inbox(multi: multi))
        let thread = Thread { [self] in
            run()
            end()
        }
        thread.name = "http"
        thread.stackSize = 512 * 1024
        thread.start()
    }

    /// Submits a request; its response and every error arrive in `stream`.
    func start(_ request: PreparedRequest, stream: ResponseStream) {
        if !post(.start(request, stream)) { stream.finish(.failure(Self.closedError(request))) }
    }

    /// Passes the reader's wish on to the transfer.
    func demand(_ demand: ResponseStream.Demand, of stream: ResponseStream) {
        switch demand {
        case .resume: post(.resume(stream))
        case .cancel: post(.cancel(stream))
        }
    }

    /// Asks the thread to end: running transfers fail with `clientClosed`.
    func close() {
        inbox.withLock { state in
            state.isClosing = true
            state.multi?.wakeUp()
        }
    }

    /// Waits until the thread has released every handle.
    func waitForEnd() async {
        await withCheckedContinuation { continuation in
            let hasEnded = inbox.withLock { state in
                if state.multi != nil { state.endWaiters.append(continuation) }
                return state.multi == nil
            }
            if hasEnded { continuation.resume() }
        }
    }

    @discardableResult
    private func post(_ command: Command) -> Bool {
        inbox.withLock { state in
            guard !state.isClosing, let multi = state.multi else { return false }
            state.commands.append(command)
            multi.wakeUp()
            return true
        }
    }

    private func takeCommands() -> (commands: [Command], isClosing: Bool) {
        inbox.withLock { state in
            defer { state.commands = [] }
            return (state.commands, state.isClosing)
        }
    }

    /// Releases the multi handle, which closes all connections, before anybody is told of the end.
    private func end() {
        let waiters = inbox.withLock { state in
            defer { state = Inbox(isClosing: true) }
            return state.endWaiters
        }
        for waiter in waiters { waiter.resume() }
    }

    private static func closedError(_ request: PreparedRequest) -> HTTPError {
        HTTPError(transfer: request, code: .clientClosed, progress: TransferProgress())
    }
}

// MARK: - On the thread

extension CurlEventLoop {
    private func run() {
        guard let multi = inbox.withLock(\.multi) else { return }
        Self.blockBrokenPipeSignal()
        var transfers = TransferTable(multi: multi, options: options, logger: logger)
        while true {
            let (commands, isClosing) = takeCommands()
            for command in commands {
                switch command {
                case .start(let request, let stream): transfers.start(request, stream: stream)
                case .resume(let stream): transfers.resume(stream)
                case .cancel(let stream): transfers.cancel(stream)
                }
            }
            if isClosing { break }
            multi.perform()
            transfers.finishCompleted()
            let now = ContinuousClock.now
            transfers.failIdle(at: now)
            multi.poll(timeout: transfers.timeout(from: now).milliseconds(atLeast: 0))
        }
        transfers.failAll()
    }

    /// A write to a closed connection raises SIGPIPE on the writing thread; blocked here, it is a plain error.
    private static func blockBrokenPipeSignal() {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
    }
}

/// The process-wide state of libcurl.
private enum CurlLibrary {
    /// Whether libcurl is initialized; the first use does so, once and in one thread.
    static let isReady = curl_global_init(Int(CURL_GLOBAL_ALL)) == CURLE_OK
}
