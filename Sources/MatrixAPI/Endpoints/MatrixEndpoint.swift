/// An HTTP method that Matrix uses.
public enum MatrixMethod: String, Hashable, Sendable {
    /// Reads.
    case get = "GET"
    /// Does something.
    case post = "POST"
    /// Sets something, or sends under a transaction id.
    case put = "PUT"
    /// Removes something.
    case delete = "DELETE"
}

/// One pair of a query, neither part percent-encoded.
public struct MatrixQueryItem: Hashable, Sendable {
    /// The name.
    public var name: String

    /// The value.
    public var value: String

    /// Makes a pair.
    public init(name: String, value: String) {
        self.name = name
        self.value = value
    }
}

/// A request to a homeserver as a value, and the type of its answer.
///
/// The access token is no part of it: who performs the request adds it as a header.
public protocol MatrixEndpoint: Sendable {
    /// What a successful answer decodes to, by `MatrixJSON`.
    associatedtype Response: Decodable & Sendable

    /// The HTTP method.
    var method: MatrixMethod { get }

    /// The path from the server's root, percent-encoded.
    var path: String { get }

    /// The pairs of the query, in order.
    var query: [MatrixQueryItem] { get }

    /// The body, or nil for a request without one.
    var body: JSONValue? { get }

    /// Whether the request goes out with the access token.
    var requiresAccessToken: Bool { get }

    /// Whether repeating the request, unchanged, does no harm when the first answer was lost.
    var isIdempotent: Bool { get }

    /// How long the server may hold the request by intention, in milliseconds; a timeout must be longer.
    var longPollMilliseconds: Int { get }
}

extension MatrixEndpoint {
    /// Empty.
    public var query: [MatrixQueryItem] { [] }

    /// None.
    public var body: JSONValue? { nil }

    /// True.
    public var requiresAccessToken: Bool { true }

    /// True for every method but POST.
    public var isIdempotent: Bool { method != .post }

    /// Zero.
    public var longPollMilliseconds: Int { 0 }

    /// Path and query as they stand in the request line, percent-encoded.
    public var pathAndQuery: String {
        guard !query.isEmpty else { return path }
        let pairs = query.map { PercentEncoding.encode($0.name) + "=" + PercentEncoding.encode($0.value) }
        return path + "?" + pairs.joined(separator: "&")
    }
}

/// An answer in which nothing is of interest.
public struct EmptyResponse: Decodable, Hashable, Sendable {
    /// Makes an answer.
    public init() {}

    /// Accepts any JSON.
    public init(from decoder: any Decoder) {}
}
