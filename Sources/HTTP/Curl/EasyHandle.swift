import CCurl

/// Owns one libcurl easy handle and the header list that it refers to. Lives and dies on the event loop's thread.
final class EasyHandle {
    /// The handle, as libcurl's callbacks and messages name it.
    let pointer: UnsafeMutableRawPointer
    private var headerList: UnsafeMutablePointer<curl_slist>?
    private let errorText: UnsafeMutablePointer<CChar>

    /// Makes a handle without options; nil when memory is short.
    init?() {
        guard let pointer = curl_easy_init() else { return nil }
        self.pointer = pointer
        errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        rialto_easy_set_pointer(pointer, CURLOPT_ERRORBUFFER, errorText)
    }

    deinit {
        curl_easy_cleanup(pointer)
        curl_slist_free_all(headerList)
        errorText.deallocate()
    }

    /// libcurl's words on the last failure, or nil.
    var failureText: String? {
        let text = String(cString: errorText)
        return text.isEmpty ? nil : text
    }

    /// How long the last transfer took.
    var totalTime: Duration {
        var microseconds: curl_off_t = 0
        rialto_easy_get_offset(pointer, CURLINFO_TOTAL_TIME_T, &microseconds)
        return .microseconds(microseconds)
    }

    /// How many connections the last transfer had to open; 0 when it found one to reuse.
    var openedConnections: Int {
        var count = 0
        rialto_easy_get_long(pointer, CURLINFO_NUM_CONNECTS, &count)
        return count
    }

    /// Sets a number or a flag.
    func set(_ option: CURLoption, _ value: Int) {
        rialto_easy_set_long(pointer, option, value)
    }

    /// Sets a size.
    func set(_ option: CURLoption, size: Int) {
        rialto_easy_set_offset(pointer, option, curl_off_t(size))
    }

    /// Sets a text, which libcurl copies.
    func set(_ option: CURLoption, _ value: String) {
        rialto_easy_set_string(pointer, option, value)
    }

    /// Sets a duration in milliseconds, rounded up so that a short one is not "no limit".
    func set(_ option: CURLoption, _ value: Duration) {
        set(option, value.milliseconds(atLeast: 1))
    }

    /// Sets the lines to send as headers, each `Name: value`.
    func setHeaderLines(_ lines: [String]) {
        var list: UnsafeMutablePointer<curl_slist>?
        for line in lines {
            // On lack of memory the list so far stays valid, and the transfer's own allocations fail next.
            list = curl_slist_append(list, line) ?? list
        }
        rialto_easy_set_list(pointer, CURLOPT_HTTPHEADER, list)
        curl_slist_free_all(headerList)
        headerList = list
    }
}

extension Duration {
    /// The duration in whole milliseconds, rounded up and kept within what C's `int` holds.
    func milliseconds(atLeast minimum: Int) -> Int {
        let (seconds, attoseconds) = components
        guard seconds < Int64(Int32.max) / 1000 - 1 else { return Int(Int32.max) }
        guard seconds >= 0 else { return minimum }
        let fraction = (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
        return max(minimum, Int(seconds) * 1000 + Int(fraction))
    }
}
