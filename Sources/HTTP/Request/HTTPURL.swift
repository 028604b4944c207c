import CCurl

/// A checked absolute `http` or `https` URL, taken apart by the same parser that will connect to it.
struct HTTPURL: Sendable {
    /// Why a text was refused; never quotes the text, which may hold secrets.
    struct Refusal: Error {
        /// The reason as part of a sentence.
        let reason: String
    }

    /// What two URLs must share for credentials to go from one to the other (RFC 6454, section 4).
    struct Origin: Hashable {
        fileprivate let scheme: String
        fileprivate let host: String
        fileprivate let port: String
    }

    /// The normalized URL with its query, without its fragment.
    let string: String
    /// Scheme, host and port.
    let origin: Origin
    /// The URL without query and credentials: fit for logs and messages.
    let label: String

    /// Whether the connection is encrypted.
    var isSecure: Bool { origin.scheme == "https" }

    /// Parses an absolute URL.
    init(_ text: String) throws(Refusal) {
        guard !text.utf8.contains(0) else { throw Refusal(reason: "it contains a null byte") }
        try self.init(steps: [text])
    }

    /// Resolves a reference, as of a `Location` field, against this URL (RFC 3986, section 5).
    func resolving(_ reference: String) throws(Refusal) -> HTTPURL {
        guard !reference.utf8.contains(0) else { throw Refusal(reason: "it contains a null byte") }
        return try HTTPURL(steps: [string, reference])
    }

    private init(steps: [String]) throws(Refusal) {
        guard let handle = curl_url() else { throw Refusal(reason: "there is no memory to parse it") }
        defer { curl_url_cleanup(handle) }
        for step in steps {
            let code = curl_url_set(handle, CURLUPART_URL, step, 0)
            guard code == CURLUE_OK else { throw Refusal(reason: String(cString: curl_url_strerror(code))) }
        }
        let scheme = Self.part(CURLUPART_SCHEME, of: handle) ?? ""
        guard scheme == "http" || scheme == "https" else { throw Refusal(reason: "its scheme is not http or https") }
        guard Self.part(CURLUPART_USER, of: handle) == nil, Self.part(CURLUPART_PASSWORD, of: handle) == nil else {
            throw Refusal(reason: "it holds a user name or password, which belong into a header")
        }
        guard let host = Self.part(CURLUPART_HOST, of: handle), !host.isEmpty else {
            throw Refusal(reason: "it names no host")
        }
        curl_url_set(handle, CURLUPART_FRAGMENT, nil, 0)
        guard let string = Self.part(CURLUPART_URL, of: handle) else { throw Refusal(reason: "it is malformed") }
        curl_url_set(handle, CURLUPART_QUERY, nil, 0)
        let withoutQuery = Self.part(CURLUPART_URL, of: handle) ?? "\(scheme)://\(host)"

        self.string = string
        label = withoutQuery.count > 200 ? withoutQuery.prefix(200) + "…" : withoutQuery
        origin = Origin(
            scheme: scheme,
            host: host.lowercased(),
            port: Self.part(CURLUPART_PORT, of: handle, flags: CURLU_DEFAULT_PORT) ?? ""
        )
    }

    private static func part(_ part: CURLUPart, of handle: OpaquePointer, flags: Int32 = 0) -> String? {
        var text: UnsafeMutablePointer<CChar>?
        guard curl_url_get(handle, part, &text, UInt32(flags)) == CURLUE_OK, let text else { return nil }
        defer { curl_free(text) }
        return String(cString: text)
    }
}
