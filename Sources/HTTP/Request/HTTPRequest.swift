/// One HTTP request, complete with its body and its limits.
package struct HTTPRequest: Sendable {
    /// A request method (RFC 9110, section 9). Any token is allowed; the common ones are named.
    package struct Method: RawRepresentable, Hashable, Sendable {
        /// The method as it stands in the request line.
        package let rawValue: String

        /// Wraps a method's name. Methods are case-sensitive.
        package init(rawValue: String) {
            self.rawValue = rawValue
        }

        /// `GET`.
        package static let get = Method(rawValue: "GET")
        /// `HEAD`.
        package static let head = Method(rawValue: "HEAD")
        /// `POST`.
        package static let post = Method(rawValue: "POST")
        /// `PUT`.
        package static let put = Method(rawValue: "PUT")
        /// `PATCH`.
        package static let patch = Method(rawValue: "PATCH")
        /// `DELETE`.
        package static let delete = Method(rawValue: "DELETE")
        /// `OPTIONS`.
        package static let options = Method(rawValue: "OPTIONS")

        /// Whether repeating the request has the effect of sending it once (RFC 9110, section 9.2.2).
        package var isIdempotent: Bool {
            switch self {
            case .get, .head, .put, .delete, .options: true
            default: false
            }
        }
    }

    /// What to do with the resource.
    package var method: Method
    /// The absolute `http` or `https` URL, percent-encoded, without user name and password.
    package var url: String
    /// Fields to send. The client itself sets `Host`, `Content-Length`, `Accept-Encoding` and `User-Agent`;
    /// a `User-Agent` here takes precedence.
    package var headers: HTTPHeaders
    /// The bytes to send; nil sends a request without content.
    package var body: [UInt8]?
    /// How long each phase may take.
    package var timeouts: HTTPTimeouts
    /// How many redirects to follow. At 0 a redirect is returned like any other response.
    package var maximumRedirects: Int

    /// Describes a request; nothing is checked before it is performed.
    package init(
        method: Method = .get,
        url: String,
        headers: HTTPHeaders = [:],
        body: [UInt8]? = nil,
        timeouts: HTTPTimeouts = HTTPTimeouts(),
        maximumRedirects: Int = 0
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeouts = timeouts
        self.maximumRedirects = maximumRedirects
    }
}

/// How long a request may take, by phase.
package struct HTTPTimeouts: Hashable, Sendable {
    /// From the start until the connection stands: name resolution, TCP and TLS.
    package var connect: Duration
    /// The longest silence once the request is on its way: no byte sent or received. A long poll needs more
    /// than the server's own timeout. A transfer that waits for its reader is not idle.
    package var idle: Duration
    /// From the start to the last byte, redirects included; nil for endless streams.
    package var total: Duration?

    /// Collects the limits; the defaults suit a short API call.
    package init(connect: Duration = .seconds(10), idle: Duration = .seconds(60), total: Duration? = nil) {
        self.connect = connect
        self.idle = idle
        self.total = total
    }
}
