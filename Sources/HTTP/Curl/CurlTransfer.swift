import CCurl

/// One request in libcurl's hands: its easy handle, and what the callbacks have learned so far.
///
/// Lives on the event loop's thread. libcurl holds an unretained reference for its callbacks, so that the transfer
/// must be out of the multi handle before it is released.
final class CurlTransfer {
    /// Where the response goes.
    let stream: ResponseStream
    /// The libcurl handle.
    let easy: EasyHandle
    /// What is being sent; a redirect replaces it.
    private(set) var request: PreparedRequest
    /// How far it has come.
    private(set) var progress = TransferProgress()
    /// The status of the head that arrived last.
    private(set) var status: Int?

    private let followsRedirects: Bool
    private var redirect: Result<PreparedRequest, HTTPError>?
    private var failure: HTTPError.Code?
    private var parser = ResponseHeadParser()
    private var bodyOffset = 0
    private var discardedBytes = 0
    private var isPaused = false
    private var lastActivity = ContinuousClock.now
    private var timeBeforeRedirects = Duration.zero

    /// The most to read of a redirect's body in order to keep the connection.
    private static let discardLimit = 64 * 1024

    /// Sets a handle up for a request.
    init(_ request: PreparedRequest, stream: ResponseStream, easy: EasyHandle, options: CurlOptions) {
        self.request = request
        followsRedirects = request.redirectsLeft > 0
        self.stream = stream
        self.easy = easy
        options.apply(to: easy)
        installCallbacks()
        configure()
    }

    /// When the transfer counts as dead; nil while it connects or waits for its reader.
    var idleDeadline: ContinuousClock.Instant? {
        progress.requestStarted && !isPaused ? lastActivity + request.timeouts.idle : nil
    }

    /// Goes on after a pause, now that the reader has room.
    func resume() {
        guard isPaused else { return }
        isPaused = false
        lastActivity = .now
        // Calls the write callback for what was held back, which may pause again.
        curl_easy_pause(easy.pointer, CURLPAUSE_CONT)
    }

    /// What follows from the end of the transfer.
    enum Completion {
        /// The handle is ready for the next request of a chain of redirects.
        case followRedirect
        /// The response is over.
        case finished(Result<Void, HTTPError>)
    }

    /// Takes libcurl's result, after the handle has left the multi handle.
    func complete(_ result: CURLcode) -> Completion {
        switch redirect {
        case .success(let next):
            timeBeforeRedirects += easy.totalTime
            guard let total = request.timeouts.total, timeBeforeRedirects >= total else {
                request = next
                reset()
                configure()
                return .followRedirect
            }
            return .finished(.failure(HTTPError(transfer: request, code: .totalTimeout, progress: progress)))
        case .failure(let error): return .finished(.failure(error))
        case nil: break
        }
        if let failure {
            return .finished(.failure(HTTPError(transfer: request, code: failure, progress: progress)))
        }
        guard result == CURLE_OK else {
            let elapsed = timeBeforeRedirects + easy.totalTime
            let error = HTTPError(
                transfer: request,
                result: result,
                text: easy.failureText,
                progress: progress,
                totalTimeElapsed: request.timeouts.total.map { elapsed >= $0 } ?? false
            )
            return .finished(.failure(error))
        }
        guard progress.headReceived else {
            return .finished(.failure(HTTPError(transfer: request, code: .protocolViolation, progress: progress)))
        }
        return .finished(.success(()))
    }

    private func reset() {
        progress = TransferProgress()
        redirect = nil
        failure = nil
        parser = ResponseHeadParser()
        bodyOffset = 0
        discardedBytes = 0
        isPaused = false
    }

    private func configure() {
        easy.set(CURLOPT_URL, request.url.string)
        easy.set(CURLOPT_CONNECTTIMEOUT_MS, request.timeouts.connect)
        if let total = request.timeouts.total {
            easy.set(CURLOPT_TIMEOUT_MS, total - timeBeforeRedirects)
        }
        // An empty `Expect` forbids the wait for "100 Continue" before a large body.
        var lines = ["Expect:"]
        easy.set(CURLOPT_HTTPGET, 1)
        easy.set(CURLOPT_CUSTOMREQUEST, request.method.rawValue)
        if request.method == .head {
            easy.set(CURLOPT_NOBODY, 1)
        } else if let size = bodySize {
            easy.set(CURLOPT_POST, 1)
            easy.set(CURLOPT_POSTFIELDSIZE_LARGE, size: size)
            // libcurl would name a form's content type.
            if request.headers.first(name: "Content-Type") == nil { lines.append("Content-Type:") }
        }
        lines += request.headers.fields.map { $0.value.isEmpty ? "\($0.name);" : "\($0.name): \($0.value)" }
        easy.setHeaderLines(lines)
    }

    /// The length of the content; methods that define content announce an absent one as 0.
    private var bodySize: Int? {
        request.body?.count ?? ([.post, .put, .patch].contains(request.method) ? 0 : nil)
    }
}

// MARK: - What libcurl calls

extension CurlTransfer {
    private func installCallbacks() {
        let context = Unmanaged.passUnretained(self).toOpaque()
        let handle = easy.pointer
        rialto_easy_set_pointer(handle, CURLOPT_HEADERDATA, context)
        rialto_easy_set_write_callback(handle, CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
            CurlTransfer.from(context)?.receiveHeader(UnsafeRawBufferPointer(start: bytes, count: size * count)) ?? 0
        }
        rialto_easy_set_pointer(handle, CURLOPT_WRITEDATA, context)
        rialto_easy_set_write_callback(handle, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
            CurlTransfer.from(context)?.receiveBody(UnsafeRawBufferPointer(start: bytes, count: size * count)) ?? 0
        }
        rialto_easy_set_pointer(handle, CURLOPT_READDATA, context)
        rialto_easy_set_read_callback(handle) { bytes, size, count, context in
            CurlTransfer.from(context)?.sendBody(UnsafeMutableRawBufferPointer(start: bytes, count: size * count))
                ?? Int(CURL_READFUNC_ABORT)
        }
        rialto_easy_set_pointer(handle, CURLOPT_SEEKDATA, context)
        rialto_easy_set_seek_callback(handle) { context, offset, origin in
            CurlTransfer.from(context)?.seekBody(to: Int(offset), origin: origin) ?? CURL_SEEKFUNC_FAIL
        }
        rialto_easy_set_pointer(handle, CURLOPT_PREREQDATA, context)
        rialto_easy_set_prereq_callback(handle) { context, _, _, _, _ in
            CurlTransfer.from(context)?.requestStarts()
            return CURL_PREREQFUNC_OK
        }
    }

    private static func from(_ context: UnsafeMutableRawPointer?) -> CurlTransfer? {
        context.map { Unmanaged<CurlTransfer>.fromOpaque($0).takeUnretainedValue() }
    }

    /// The connection stands. Called again when libcurl repeats the request on a fresh connection.
    private func requestStarts() {
        progress.requestStarted = true
        lastActivity = .now
    }

    /// Takes a header line; any other count than the line's ends the transfer.
    private func receiveHeader(_ line: UnsafeRawBufferPointer) -> Int {
        lastActivity = .now
        switch parser.consume(line) {
        case .incomplete: break
        case .malformed:
            failure = .protocolViolation
            return 0
        case .head(let status, let headers):
            progress.headReceived = true
            self.status = status
            if followsRedirects, PreparedRequest.isRedirect(status: status),
                let location = headers.first(name: "Location")
            {
                follow(status: status, location: location)
            } else {
                stream.receiveHead(ResponseHead(status: status, headers: headers, url: request.url.string))
            }
        }
        return line.count
    }

    private func follow(status: Int, location: String) {
        do throws(HTTPError) {
            redirect = .success(try request.redirected(status: status, location: location))
        } catch {
            redirect = .failure(error)
        }
    }

    /// Takes bytes of the body, refuses them for now, or ends the transfer.
    private func receiveBody(_ bytes: UnsafeRawBufferPointer) -> Int {
        lastActivity = .now
        if redirect != nil {
            discardedBytes += bytes.count
            return discardedBytes <= Self.discardLimit ? bytes.count : 0
        }
        guard !bytes.isEmpty else { return 0 }
        switch stream.receive(Array(bytes)) {
        case .accepted: return bytes.count
        case .pause:
            isPaused = true
            return Int(CURL_WRITEFUNC_PAUSE)
        case .abort:
            failure = .cancelled
            return 0
        }
    }

    /// Fills libcurl's buffer with the next part of the request's body.
    private func sendBody(_ target: UnsafeMutableRawBufferPointer) -> Int {
        lastActivity = .now
        guard let body = request.body else { return 0 }
        let count = min(target.count, body.count - bodyOffset)
        body.withUnsafeBytes { source in
            target.copyMemory(from: UnsafeRawBufferPointer(rebasing: source[bodyOffset..<bodyOffset + count]))
        }
        bodyOffset += count
        return count
    }

    /// Rewinds the body, so that libcurl may repeat the request after a reused connection turned out dead.
    ///
    /// Refused where a repetition could act twice: the failure then reaches the caller, who can decide.
    private func seekBody(to offset: Int, origin: Int32) -> Int32 {
        guard request.method.isIdempotent, origin == SEEK_SET, offset >= 0, offset <= bodySize ?? 0 else {
            return CURL_SEEKFUNC_FAIL
        }
        bodyOffset = offset
        return CURL_SEEKFUNC_OK
    }
}
