import CCurl
import Logging

/// The running transfers of the event loop. Lives on its thread.
struct TransferTable {
    private let multi: MultiHandle
    private let options: CurlOptions
    private let logger: Logger
    private var byStream: [ObjectIdentifier: CurlTransfer] = [:]
    private var streamByHandle: [UnsafeMutableRawPointer: ObjectIdentifier] = [:]

    /// Makes an empty table.
    init(multi: MultiHandle, options: CurlOptions, logger: Logger) {
        self.multi = multi
        self.options = options
        self.logger = logger
    }

    /// Starts a transfer, unless its reader has left in the meantime: then the cancellation has come before.
    mutating func start(_ request: PreparedRequest, stream: ResponseStream) {
        guard !stream.hasEnded else { return }
        guard let easy = EasyHandle() else {
            let error = HTTPError(transfer: request, code: .transport, progress: TransferProgress())
            stream.finish(.failure(error))
            return
        }
        let transfer = CurlTransfer(request, stream: stream, easy: easy, options: options)
        byStream[ObjectIdentifier(stream)] = transfer
        streamByHandle[easy.pointer] = ObjectIdentifier(stream)
        add(transfer)
    }

    /// Lets a paused transfer go on.
    func resume(_ stream: ResponseStream) {
        byStream[ObjectIdentifier(stream)]?.resume()
    }

    /// Aborts a transfer whose reader is gone.
    mutating func cancel(_ stream: ResponseStream) {
        guard let transfer = byStream[ObjectIdentifier(stream)] else { return }
        end(transfer, code: .cancelled)
    }

    /// Ends the transfers that libcurl reports as done, and follows their redirects.
    mutating func finishCompleted() {
        while let (handle, result) = multi.nextCompletion() {
            guard let id = streamByHandle[handle], let transfer = byStream[id] else { continue }
            multi.remove(transfer.easy)
            switch transfer.complete(result) {
            case .followRedirect: add(transfer)
            case .finished(let outcome): finish(transfer, outcome)
            }
        }
    }

    /// Ends the transfers that have been silent for too long.
    mutating func failIdle(at now: ContinuousClock.Instant) {
        for transfer in byStream.values {
            if let deadline = transfer.idleDeadline, deadline <= now {
                end(transfer, code: .idleTimeout)
            }
        }
    }

    /// How long the loop may sleep, libcurl's own timers apart.
    func timeout(from now: ContinuousClock.Instant) -> Duration {
        let earliest = byStream.values.compactMap(\.idleDeadline).min()
        return earliest.map { max(.zero, now.duration(to: $0)) } ?? .seconds(3600)
    }

    /// Ends every transfer because the client closes.
    mutating func failAll() {
        for transfer in byStream.values {
            end(transfer, code: .clientClosed)
        }
    }

    private mutating func add(_ transfer: CurlTransfer) {
        guard multi.add(transfer.easy) == CURLM_OK else {
            let error = HTTPError(transfer: transfer.request, code: .transport, progress: transfer.progress)
            finish(transfer, .failure(error))
            return
        }
    }

    private mutating func end(_ transfer: CurlTransfer, code: HTTPError.Code) {
        multi.remove(transfer.easy)
        let error = HTTPError(transfer: transfer.request, code: code, progress: transfer.progress)
        finish(transfer, .failure(error))
    }

    private mutating func finish(_ transfer: CurlTransfer, _ outcome: Result<Void, HTTPError>) {
        byStream[ObjectIdentifier(transfer.stream)] = nil
        streamByHandle[transfer.easy.pointer] = nil
        log(transfer, outcome)
        transfer.stream.finish(outcome)
    }

    private func log(_ transfer: CurlTransfer, _ outcome: Result<Void, HTTPError>) {
        guard logger.logLevel <= .debug else { return }
        var metadata: Logger.Metadata = [
            "http.request.method": "\(transfer.request.method.rawValue)",
            "url.full": "\(transfer.request.url.label)",
            "http.connection.opened": "\(transfer.easy.openedConnections > 0)",
            "duration": "\(transfer.easy.totalTime)",
        ]
        if let status = transfer.status { metadata["http.response.status_code"] = "\(status)" }
        if case .failure(let error) = outcome { metadata["error.type"] = "\(error.code)" }
        logger.debug("HTTP request ended", metadata: metadata)
    }
}
