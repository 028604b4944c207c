import Foundation
package import Logging

/// The HTTP client of the program: libcurl on one thread of its own.
///
/// Connections are kept and reused, and HTTP/2 is used where a server offers it over TLS. An idle client costs one
/// sleeping thread. Make one for the process; `withClient` ends it in time.
package final class CurlHTTPClient: HTTPClient {
    /// What a client is made of.
    package struct Configuration: Sendable {
        /// Where connections go first.
        package enum Proxy: Sendable {
            /// What `http_proxy`, `https_proxy`, `all_proxy` and `no_proxy` say.
            case environment
            /// Straight to the server.
            case none
        }

        /// A PEM file of certificate authorities to trust instead of the system's bundle file; nil for the bundle.
        /// The system's directory of authorities stays trusted where libcurl was built with one, as on Debian.
        package var certificateAuthorityFile: String?
        /// The proxy to use.
        package var proxy: Proxy
        /// Whether HTTP/2 is offered over TLS.
        package var allowsHTTP2: Bool
        /// The `User-Agent` of requests that have none.
        package var userAgent: String
        /// The most bytes of one response that wait for their reader; then the transfer pauses.
        package var bodyBufferBytes: Int
        /// The most connections at a time; further requests wait for one, within their connect timeout.
        package var maximumConnections: Int
        /// The most connections that are kept open for reuse.
        package var maximumIdleConnections: Int

        /// Collects the settings; the defaults suit a daemon that talks to a few servers.
        package init(
            certificateAuthorityFile: String? = nil,
            proxy: Proxy = .environment,
            allowsHTTP2: Bool = true,
            userAgent: String = "rialto",
            bodyBufferBytes: Int = 64 * 1024,
            maximumConnections: Int = 128,
            maximumIdleConnections: Int = 16
        ) {
            self.certificateAuthorityFile = certificateAuthorityFile
            self.proxy = proxy
            self.allowsHTTP2 = allowsHTTP2
            self.userAgent = userAgent
            self.bodyBufferBytes = bodyBufferBytes
            self.maximumConnections = maximumConnections
            self.maximumIdleConnections = maximumIdleConnections
        }
    }

    private let loop: CurlEventLoop
    private let bodyBufferBytes: Int

    /// Makes a client and starts its thread. End it with `shutdown()`.
    ///
    /// - Throws: `HTTPError` with the code `configuration` if the CA file cannot be read or libcurl not be set up.
    package init(configuration: Configuration = Configuration(), logger: Logger) throws {
        if let file = configuration.certificateAuthorityFile, !FileManager.default.isReadableFile(atPath: file) {
            throw HTTPError(.configuration, "The CA file \(file) cannot be read; check its path and permissions")
        }
        loop = try CurlEventLoop(options: CurlOptions(configuration: configuration), logger: logger)
        bodyBufferBytes = configuration.bodyBufferBytes
    }

    deinit {
        loop.close()
    }

    /// Makes a client for the time of a closure and shuts it down afterwards.
    package static func withClient<R: Sendable>(
        configuration: Configuration = Configuration(),
        logger: Logger,
        _ body: (CurlHTTPClient) async throws -> R
    ) async throws -> R {
        let client = try CurlHTTPClient(configuration: configuration, logger: logger)
        do {
            let result = try await body(client)
            await client.shutdown()
            return result
        } catch {
            await client.shutdown()
            throw error
        }
    }

    /// Fails running requests with `clientClosed`, closes all connections and waits for the thread's end.
    /// Further requests fail in the same way.
    package func shutdown() async {
        loop.close()
        await loop.waitForEnd()
    }

    /// See `HTTPClient`.
    package func withResponse<R: Sendable>(
        to request: HTTPRequest,
        _ body: (HTTPStreamedResponse) async throws -> R
    ) async throws -> R {
        let prepared = try PreparedRequest(request)
        let stream = ResponseStream(subject: prepared.subject, capacity: bodyBufferBytes) { [loop] stream, demand in
            loop.demand(demand, of: stream)
        }
        return try await withTaskCancellationHandler {
            defer { stream.abandon() }
            loop.start(prepared, stream: stream)
            let head = try await stream.head()
            return try await body(
                HTTPStreamedResponse(
                    status: head.status,
                    headers: head.headers,
                    body: HTTPBody(stream),
                    url: head.url
                )
            )
        } onCancel: {
            stream.abandon()
        }
    }
}
