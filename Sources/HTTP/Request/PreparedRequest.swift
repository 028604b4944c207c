/// A request that has passed every check, in the form in which libcurl takes it.
struct PreparedRequest: Sendable {
    let method: HTTPRequest.Method
    let url: HTTPURL
    let headers: HTTPHeaders
    let body: [UInt8]?
    let timeouts: HTTPTimeouts
    /// How many more redirects may be followed.
    let redirectsLeft: Int

    /// The request as messages name it.
    var subject: String { "\(method.rawValue) \(url.label)" }

    /// Checks a request.
    ///
    /// - Throws: `HTTPError` with the codes `invalidURL` and `invalidRequest`.
    init(_ request: HTTPRequest) throws(HTTPError) {
        let url: HTTPURL
        do {
            url = try HTTPURL(request.url)
        } catch {
            throw HTTPError(.invalidURL, "The URL of a \(request.method.rawValue) request is invalid: \(error.reason)")
        }
        self.init(
            method: request.method,
            url: url,
            headers: request.headers,
            body: request.body,
            timeouts: request.timeouts,
            redirectsLeft: max(0, request.maximumRedirects)
        )
        guard method.rawValue.isToken else {
            throw HTTPError(.invalidRequest, "The method of a request to \(url.label) is not an HTTP token")
        }
        for field in headers.fields {
            try check(field)
        }
    }

    private init(
        method: HTTPRequest.Method,
        url: HTTPURL,
        headers: HTTPHeaders,
        body: [UInt8]?,
        timeouts: HTTPTimeouts,
        redirectsLeft: Int
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeouts = timeouts
        self.redirectsLeft = redirectsLeft
    }

    private func check(_ field: HTTPHeaders.Field) throws(HTTPError) {
        guard field.name.isToken else {
            throw HTTPError(.invalidRequest, "\(subject): a header's name is not an HTTP token")
        }
        guard field.value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else {
            throw HTTPError(.invalidRequest, "\(subject): the header \(field.name) holds a control character")
        }
        let framing = ["Content-Length", "Transfer-Encoding", "Accept-Encoding", "Connection", "Host", "Expect"]
        guard !framing.contains(where: field.name.isEqualIgnoringCase(to:)) else {
            throw HTTPError(.invalidRequest, "\(subject): the client itself sets the header \(field.name)")
        }
    }
}

extension PreparedRequest {
    /// The status codes that name another place for the same request (RFC 9110, section 15.4).
    static func isRedirect(status: Int) -> Bool {
        [301, 302, 303, 307, 308].contains(status)
    }

    /// The request that follows a redirect.
    ///
    /// 303 turns every method but HEAD into GET, 301 and 302 do so with POST, as browsers do; 307 and 308 repeat
    /// the request. Another origin gets only those headers that cannot hold a credential.
    ///
    /// - Throws: `HTTPError` with the codes `tooManyRedirects` and `redirectRefused`.
    func redirected(status: Int, location: String) throws(HTTPError) -> PreparedRequest {
        guard redirectsLeft > 0 else {
            throw HTTPError(.tooManyRedirects, "\(subject): more redirects than the request allows")
        }
        let target: HTTPURL
        do {
            target = try url.resolving(location)
        } catch {
            throw HTTPError(.redirectRefused, "\(subject): the server redirects to an invalid URL: \(error.reason)")
        }
        guard target.isSecure || !url.isSecure else {
            throw HTTPError(.redirectRefused, "\(subject): the server redirects from https to http")
        }
        let becomesGet = status == 303 && method != .head || (status == 301 || status == 302) && method == .post
        var kept = headers
        if becomesGet {
            kept.keep { !$0.name.lowercased().hasPrefix("content-") }
        }
        if target.origin != url.origin {
            let harmless = ["accept", "accept-language", "content-type", "content-language", "user-agent", "range"]
            kept.keep { harmless.contains($0.name.lowercased()) }
        }
        return PreparedRequest(
            method: becomesGet ? .get : method,
            url: target,
            headers: kept,
            body: becomesGet ? nil : body,
            timeouts: timeouts,
            redirectsLeft: redirectsLeft - 1
        )
    }
}

extension String {
    /// Whether the text is a token (RFC 9110, section 5.6.2).
    fileprivate var isToken: Bool {
        let punctuation = Set("!#$%&'*+-.^_`|~".utf8)
        return !isEmpty
            && utf8.allSatisfy {
                switch $0 {
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                    UInt8(ascii: "A")...UInt8(ascii: "Z"):
                    true
                default: punctuation.contains($0)
                }
            }
    }
}
