/// Performs HTTP requests. Adapters take this port; the program's implementation is `CurlHTTPClient`.
package protocol HTTPClient: Sendable {
    /// Performs a request and hands over its response as soon as the head is there.
    ///
    /// The response lives as long as the closure: leaving it before the body's end aborts the transfer. So does
    /// the cancellation of the task, which throws an `HTTPError` with the code `cancelled`. A response with an
    /// error status is a response like any other.
    ///
    /// - Throws: `HTTPError` when there is no response, and what the closure throws.
    func withResponse<R: Sendable>(
        to request: HTTPRequest,
        _ body: (HTTPStreamedResponse) async throws -> R
    ) async throws -> R
}

extension HTTPClient {
    /// Performs a request and reads the whole response into memory.
    ///
    /// - Parameter maximumBytes: the largest body to accept, counted after decompression.
    /// - Throws: `HTTPError`, with the code `bodyTooLarge` when the body exceeds the limit.
    package func collect(_ request: HTTPRequest, maximumBytes: Int) async throws -> HTTPResponse {
        try await withResponse(to: request) { response in
            var collected: [UInt8] = []
            for try await chunk in response.body {
                guard chunk.count <= maximumBytes - collected.count else {
                    throw HTTPError(
                        .bodyTooLarge,
                        "\(HTTPError.subject(of: request)): the response is larger than \(maximumBytes) bytes"
                    )
                }
                collected += chunk
            }
            return HTTPResponse(
                status: response.status,
                headers: response.headers,
                body: collected,
                url: response.url
            )
        }
    }
}
