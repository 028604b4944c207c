import HTTP
import Logging
import MatrixAPI
import MatrixClient
import Synchronization
import TestSupport
import Testing

/// The token that the scripted homeserver gives out; it must show up nowhere.
let token = AccessToken("syt_secretToken_4711")

/// Runs a closure with a scripted homeserver and the real client, without an account.
func withHomeserver<R>(
    patience: Duration = .seconds(30),
    _ handler: @escaping ScriptedHTTPServer.Handler,
    _ body: (MatrixTransport, ScriptedHTTPServer) async throws -> R
) async throws -> R {
    try await ScriptedHTTPServer.withServer(handler) { server in
        let client = try loopbackClient()
        do {
            let result = try await body(
                MatrixTransport(http: client, baseURL: server.baseURL, patience: patience),
                server
            )
            await client.shutdown()
            return result
        } catch {
            await client.shutdown()
            throw error
        }
    }
}

/// A client that goes straight to loopback, whatever the environment of the test run says.
func loopbackClient() throws -> CurlHTTPClient {
    try CurlHTTPClient(
        configuration: CurlHTTPClient.Configuration(proxy: .none),
        logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
    )
}

/// A session as `@bot:example.org` on the device `DEVICE`, made as with a stored token.
func session(on transport: MatrixTransport) async throws -> MatrixSession {
    try await MatrixSession(transport, token: token)
}

/// The answer to `whoami` that `session(on:)` needs; nil for another request.
func whoami(_ request: RecordedRequest) -> ScriptedResponse? {
    request.path == "/_matrix/client/v3/account/whoami"
        ? .json(#"{"user_id":"@bot:example.org","device_id":"DEVICE"}"#) : nil
}

/// The error that the operation must throw.
func failure<R>(of operation: () async throws -> R) async throws -> MatrixClientError {
    do {
        _ = try await operation()
    } catch let error as MatrixClientError {
        return error
    }
    throw Unexpected(description: "no MatrixClientError was thrown")
}

/// A response in Matrix's form of an error.
func matrixError(
    _ status: Int,
    _ errcode: String,
    _ more: String = "",
    headers: HTTPHeaders = [:]
) -> ScriptedResponse {
    .json(#"{"errcode":"\#(errcode)","error":"The server's words."\#(more)}"#, status: status, headers: headers)
}

/// Why a test cannot go on.
struct Unexpected: Error, CustomStringConvertible {
    let description: String
}

/// Takes requests for `https` hosts to scripted servers, as there is no certificate for an invented name.
struct RewritingClient: HTTPClient {
    let client: CurlHTTPClient
    /// The scripted server of each origin.
    let servers: [String: String]

    func withResponse<R: Sendable>(
        to request: HTTPRequest,
        _ body: (HTTPStreamedResponse) async throws -> R
    ) async throws -> R {
        var request = request
        for (origin, server) in servers where request.url.hasPrefix(origin + "/") {
            request.url = server + request.url.dropFirst(origin.count)
        }
        guard request.url.hasPrefix("http://127.0.0.1:") else {
            throw HTTPError(.resolve, "no such host", retrySafety: .safe)
        }
        return try await client.withResponse(to: request, body)
    }
}

/// Notes the limits of the requests that go through it.
final class TimeoutRecorder: HTTPClient {
    private let client: CurlHTTPClient
    private let recorded = Mutex<[HTTPTimeouts]>([])

    /// Wraps a client.
    init(_ client: CurlHTTPClient) {
        self.client = client
    }

    /// The limits, in the order of the requests.
    var timeouts: [HTTPTimeouts] { recorded.withLock { $0 } }

    func withResponse<R: Sendable>(
        to request: HTTPRequest,
        _ body: (HTTPStreamedResponse) async throws -> R
    ) async throws -> R {
        recorded.withLock { $0.append(request.timeouts) }
        return try await client.withResponse(to: request, body)
    }
}
