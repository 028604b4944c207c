import CCurl

/// Owns the libcurl multi handle: the set of running transfers and the cache of connections.
///
/// `@unchecked Sendable`: every method but `wakeUp()` is called on the event loop's thread alone, and
/// `curl_multi_wakeup` is the one function that libcurl allows from any thread. Whoever may call it holds a
/// reference, so that the handle outlives the call.
final class MultiHandle: @unchecked Sendable {
    private let pointer: UnsafeMutableRawPointer

    /// Makes a handle; nil when memory or file descriptors are short.
    init?(maximumConnections: Int, maximumIdleConnections: Int) {
        guard let pointer = curl_multi_init() else { return nil }
        self.pointer = pointer
        rialto_multi_set_long(pointer, CURLMOPT_MAX_TOTAL_CONNECTIONS, maximumConnections)
        rialto_multi_set_long(pointer, CURLMOPT_MAXCONNECTS, maximumIdleConnections)
    }

    deinit {
        curl_multi_cleanup(pointer)
    }

    /// Starts a transfer.
    func add(_ easy: EasyHandle) -> CURLMcode {
        curl_multi_add_handle(pointer, easy.pointer)
    }

    /// Ends a transfer, running or not. A running one closes its connection or resets its stream.
    func remove(_ easy: EasyHandle) {
        curl_multi_remove_handle(pointer, easy.pointer)
    }

    /// Moves all transfers on as far as they go without waiting.
    func perform() {
        var running: Int32 = 0
        curl_multi_perform(pointer, &running)
    }

    /// Waits until something can move, `wakeUp()` is called or the time is over.
    func poll(timeout milliseconds: Int) {
        curl_multi_poll(pointer, nil, 0, Int32(clamping: milliseconds), nil)
    }

    /// Ends a running or the next `poll`. The one method for other threads.
    func wakeUp() {
        curl_multi_wakeup(pointer)
    }

    /// The next transfer that has come to its end, with its result.
    func nextCompletion() -> (easy: UnsafeMutableRawPointer, result: CURLcode)? {
        var remaining: Int32 = 0
        while let message = curl_multi_info_read(pointer, &remaining) {
            if message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle {
                return (easy, message.pointee.data.result)
            }
        }
        return nil
    }
}
