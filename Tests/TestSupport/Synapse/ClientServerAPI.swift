package import Foundation
import FoundationNetworking
package import MatrixAPI

/// The client-server API in its plainest form, independent of the product: the other side in a test must not share its
/// mistakes.
package struct ClientServerAPI: Sendable {
    /// An answer other than 2xx.
    package struct Failure: Error, CustomStringConvertible {
        /// The HTTP status.
        package let status: Int
        /// The whole answer.
        package let body: JSONValue
        /// Method and path of the request.
        package let request: String

        /// The `errcode`, such as `M_FORBIDDEN`.
        package var code: String? { body["errcode"]?.stringValue }

        /// What was asked and what came back.
        package var description: String {
            "\(request) was answered with \(status) \(code ?? "") \(body["error"]?.stringValue ?? "")"
        }

        /// How long the server asks to wait, for a 429.
        fileprivate var retryDelay: Duration? {
            status == 429 ? .milliseconds(body["retry_after_ms"]?.intValue ?? 1_000) : nil
        }
    }

    // One connection pool for all users; long polls must not keep each other waiting in it.
    private static let session: URLSession = {
        let configuration = URLSessionConfiguration.ephemeral
        configuration.httpMaximumConnectionsPerHost = 256
        configuration.timeoutIntervalForRequest = 90
        configuration.connectionProxyDictionary = [:]
        return URLSession(configuration: configuration)
    }()

    /// Where the server is, without a slash at the end.
    package let baseURL: String
    /// Who asks; nil before the login.
    package var accessToken: String?

    /// An API at this address, without or with a login.
    package init(baseURL: String, accessToken: String? = nil) {
        self.baseURL = baseURL
        self.accessToken = accessToken
    }

    /// Sends a request and waits as long as the server says when it answers with a 429.
    ///
    /// - Parameters:
    ///   - path: The path's components behind `/_matrix/client`, not yet escaped.
    ///   - body: The body; nil for none.
    /// - Throws: `Failure` for a status other than 2xx.
    @discardableResult
    package func request(
        _ method: String,
        _ path: [String],
        query: [String: String] = [:],
        body: JSONValue? = nil
    ) async throws -> JSONValue {
        while true {
            do {
                return try await requestOnce(method, path, query: query, body: body)
            } catch let failure as Failure {
                guard let delay = failure.retryDelay else { throw failure }
                try await Task.sleep(for: delay)
            }
        }
    }

    /// Sends a request once; a 429 is an error like any other.
    package func requestOnce(
        _ method: String,
        _ path: [String],
        query: [String: String] = [:],
        body: JSONValue? = nil
    ) async throws -> JSONValue {
        try await requestOnce(method, path, query: query, bytes: body.map { try JSONEncoder().encode($0) })
    }

    /// Sends a request once whose body need not be JSON at all.
    @discardableResult
    package func requestOnce(
        _ method: String,
        _ path: [String],
        query: [String: String] = [:],
        bytes: Data?
    ) async throws -> JSONValue {
        let path = "/_matrix/client/" + path.map(Self.escape).joined(separator: "/")
        let query = query.sorted { $0.key < $1.key }.map { Self.escape($0.key) + "=" + Self.escape($0.value) }
        let address = baseURL + path + (query.isEmpty ? "" : "?" + query.joined(separator: "&"))
        guard let url = URL(string: address) else { throw URLError(.badURL) }

        var request = URLRequest(url: url)
        request.httpMethod = method
        if let accessToken { request.setValue("Bearer \(accessToken)", forHTTPHeaderField: "Authorization") }
        if let bytes {
            request.setValue("application/json", forHTTPHeaderField: "Content-Type")
            request.httpBody = bytes
        }
        let (data, response) = try await Self.session.data(for: request)
        let status = (response as? HTTPURLResponse)?.statusCode ?? 0
        let answer = (try? JSONDecoder().decode(JSONValue.self, from: data)) ?? .null
        guard (200..<300).contains(status) else {
            throw Failure(status: status, body: answer, request: "\(method) \(path)")
        }
        return answer
    }

    /// Uploads a file and returns its `mxc://` URL.
    package func upload(_ bytes: [UInt8]) async throws -> String {
        guard let url = URL(string: baseURL + "/_matrix/media/v3/upload") else { throw URLError(.badURL) }
        var request = URLRequest(url: url)
        request.httpMethod = "POST"
        request.setValue("Bearer \(accessToken ?? "")", forHTTPHeaderField: "Authorization")
        request.setValue("application/octet-stream", forHTTPHeaderField: "Content-Type")
        request.httpBody = Data(bytes)
        let (data, _) = try await Self.session.data(for: request)
        return try JSONDecoder().decode(JSONValue.self, from: data)["content_uri"]?.stringValue ?? ""
    }

    /// The bytes of an `mxc://` URL, by authenticated media.
    package func download(_ url: String) async throws -> [UInt8] {
        let path = "/_matrix/client/v1/media/download/" + url.dropFirst("mxc://".count)
        guard let url = URL(string: baseURL + path) else { throw URLError(.badURL) }
        var request = URLRequest(url: url)
        request.setValue("Bearer \(accessToken ?? "")", forHTTPHeaderField: "Authorization")
        let (data, _) = try await Self.session.data(for: request)
        return Array(data)
    }

    private static func escape(_ text: String) -> String {
        let unreserved = CharacterSet(
            charactersIn: "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~")
        return text.addingPercentEncoding(withAllowedCharacters: unreserved) ?? text
    }
}
