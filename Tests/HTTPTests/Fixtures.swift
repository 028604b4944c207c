import Foundation
import HTTP
import Logging
import TestSupport
import Testing

extension CurlHTTPClient.Configuration {
    /// Straight to loopback, whatever the environment of the test run says.
    static let loopback = CurlHTTPClient.Configuration(proxy: .none)
}

/// Runs a closure with a client.
func withClient<R: Sendable>(
    _ configuration: CurlHTTPClient.Configuration = .loopback,
    _ body: (CurlHTTPClient) async throws -> R
) async throws -> R {
    try await CurlHTTPClient.withClient(configuration: configuration, logger: Logger(label: "test"), body)
}

/// Runs a closure with a client and a scripted server.
func withServer<R: Sendable>(
    _ handler: @escaping ScriptedHTTPServer.Handler,
    _ body: (CurlHTTPClient, ScriptedHTTPServer) async throws -> R
) async throws -> R {
    try await ScriptedHTTPServer.withServer(handler) { server in
        try await withClient { client in try await body(client, server) }
    }
}

/// The `HTTPError` that the operation must throw.
func failure<R>(of operation: () async throws -> R) async throws -> HTTPError {
    do {
        _ = try await operation()
    } catch let error as HTTPError {
        return error
    }
    throw Unexpected(description: "no HTTPError was thrown")
}

/// A value that has not changed for a time, within ten seconds.
func settledValue(for quiet: Duration, _ read: () -> Int) async throws -> Int {
    var value = read()
    var since = ContinuousClock.now
    let deadline = since + .seconds(10)
    while ContinuousClock.now < since + quiet {
        guard ContinuousClock.now < deadline else { throw Unexpected(description: "the value goes on changing") }
        try await Task.sleep(for: .milliseconds(10))
        let next = read()
        if next != value { (value, since) = (next, .now) }
    }
    return value
}

/// Why a test cannot go on.
struct Unexpected: Error, CustomStringConvertible {
    let description: String
}

/// A loopback port whose connections the system takes up and nobody answers.
final class SilentListener: Sendable {
    let port: Int
    private let socket: Int32

    init() throws {
        (socket, port) = try LoopbackSocket.listen()
    }

    deinit {
        LoopbackSocket.close(socket)
    }
}
