import Foundation
import HTTP
import MatrixClient
import TestSupport
import Testing

@Suite("Homeserver discovery", .timeLimit(.minutes(1)))
struct HomeserverDiscoveryTests {
    private static let versions = ScriptedResponse.json(#"{"versions":["r0.6.1","v1.1","v1.15"]}"#)

    /// Asks for a homeserver by URL.
    private func discoverURL(_ answer: ScriptedResponse) async throws -> MatrixClientError {
        try await withHomeserver { _ in
            answer
        } _: { transport, _ in
            let client = try loopbackClient()
            return try await failure { try await HomeserverDiscovery(http: client).homeserver(transport.baseURL) }
        }
    }

    /// Asks for the homeserver of `example.org`, whose host and whose `matrix.example.org` are scripted servers.
    private func discoverName(
        _ name: String = "example.org",
        wellKnown: @escaping ScriptedHTTPServer.Handler,
        homeserver: @escaping ScriptedHTTPServer.Handler = { _ in versions },
        check: (Result<MatrixTransport, MatrixClientError>, ScriptedHTTPServer, ScriptedHTTPServer) throws -> Void
    ) async throws {
        let (host, api) = try (ScriptedHTTPServer.start(wellKnown), ScriptedHTTPServer.start(homeserver))
        defer {
            host.stop()
            api.stop()
        }
        let client = RewritingClient(
            client: try loopbackClient(),
            servers: [
                "https://example.org": host.baseURL, "https://example.org:8448": host.baseURL,
                "https://matrix.example.org": api.baseURL,
            ]
        )
        let result: Result<MatrixTransport, MatrixClientError>
        do throws(MatrixClientError) {
            result = .success(try await HomeserverDiscovery(http: client).homeserver(name))
        } catch {
            result = .failure(error)
        }
        try check(result, host, api)
        await client.client.shutdown()
    }

    @Test("a URL is taken as it is, but for the slashes at its end")
    func url() async throws {
        try await withHomeserver { _ in
            Self.versions
        } _: { transport, server in
            let client = try loopbackClient()
            let found = try await HomeserverDiscovery(http: client).homeserver(server.baseURL + "/sub//")
            #expect(found.baseURL == server.baseURL + "/sub")
            #expect(server.requests.map(\.target) == ["/sub/_matrix/client/versions"])
            #expect(server.requests.first?.headers.first(name: "Authorization") == nil)
            await client.shutdown()
        }
    }

    @Test(
        "what is no homeserver is named as such",
        arguments: [
            .json(#"{"versions":[]}"#), .json(#"{"versions":["r0.5.0","r0.6.1"]}"#), .json("{}"), .json("[1"),
            .html("<html>Welcome to nginx!</html>", status: 200), .html("<html>no</html>", status: 404),
            .respond(301, headers: ["Location": "https://example.org/"]), .respond(401),
        ] as [ScriptedResponse]
    )
    func noHomeserver(_ answer: ScriptedResponse) async throws {
        let error = try await discoverURL(answer)
        #expect(error.code == .notAHomeserver)
        #expect(!error.isRetryable)
        #expect(error.message.contains("http://127.0.0.1"))
        #expect(error.message.contains("homeserver"))
        #expect(!error.message.contains("<html>"))
    }

    @Test("a proxy whose homeserver is down is worth another try")
    func proxyError() async throws {
        let error = try await discoverURL(.html("<html>Bad gateway</html>", status: 502))
        #expect(error.code == .unreachable)
        #expect(error.isRetryable)
    }

    @Test("a redirect says what to set")
    func redirect() async throws {
        let error = try await discoverURL(.respond(308, headers: ["Location": "https://example.org/"]))
        #expect(error.message.contains("address that it redirects to"))
    }

    @Test("TLS to a port that speaks none is a failure of the secure connection, with advice")
    func plaintextPort() async throws {
        let server = try PlaintextServer()
        let client = try loopbackClient()
        let error = try await failure {
            try await HomeserverDiscovery(http: client).homeserver("https://127.0.0.1:\(server.port)")
        }
        #expect(error.code == .insecure)
        #expect(!error.isRetryable)
        #expect(error.message.contains("TLS") && error.message.contains("http://"))
        await client.shutdown()
    }

    @Test("a port where nobody listens is worth another try")
    func refused() async throws {
        let server = try ScriptedHTTPServer.start { _ in Self.versions }
        server.stop()
        let client = try loopbackClient()
        let error = try await failure { try await HomeserverDiscovery(http: client).homeserver(server.baseURL) }
        #expect(error.code == .unreachable)
        await client.shutdown()
    }

    @Test(
        "the well-known file leads to the homeserver, for a name with a port too",
        arguments: ["example.org", "example.org:8448"])
    func wellKnown(_ name: String) async throws {
        try await discoverName(name) { _ in
            .json(#"{"m.homeserver":{"base_url":"https://matrix.example.org/"},"org.other":{"x":1}}"#)
        } check: { result, host, api in
            let found = try result.get()
            #expect(found.baseURL == "https://matrix.example.org")
            #expect(host.requests.map(\.target) == ["/.well-known/matrix/client"])
            #expect(api.requests.map(\.target) == ["/_matrix/client/versions"])
        }
    }

    @Test("redirects of the well-known file are followed, but not for ever")
    func wellKnownRedirects() async throws {
        let file = ScriptedResponse.json(#"{"m.homeserver":{"base_url":"https://matrix.example.org"}}"#)
        try await discoverName { request in
            switch request.path {
            case "/.well-known/matrix/client": .respond(302, headers: ["Location": "/elsewhere"])
            case "/elsewhere": .respond(308, headers: ["Location": "/file"])
            default: file
            }
        } check: { result, host, _ in
            let found = try result.get()
            #expect(found.baseURL == "https://matrix.example.org")
            #expect(host.requests.map(\.path) == ["/.well-known/matrix/client", "/elsewhere", "/file"])
        }
        try await discoverName { _ in
            .respond(302, headers: ["Location": "/.well-known/matrix/client"])
        } check: { result, host, _ in
            let error = try #require(throws: MatrixClientError.self) { try result.get() }
            #expect(error.code == .notAHomeserver)
            #expect(host.requests.count == 6)
        }
    }

    @Test(
        "without a well-known file the name itself is the homeserver",
        arguments: [.html("<html>none</html>", status: 404), matrixError(404, "M_NOT_FOUND"), .respond(403)]
            as [ScriptedResponse]
    )
    func noFile(_ answer: ScriptedResponse) async throws {
        try await discoverName("example.org:8448") { request in
            request.path == "/.well-known/matrix/client" ? answer : Self.versions
        } check: { result, host, api in
            let found = try result.get()
            #expect(found.baseURL == "https://example.org:8448")
            #expect(host.requests.count == 2)
            #expect(api.requests.isEmpty)
        }
    }

    @Test(
        "a well-known file that is wrong is said to be, and not passed over",
        arguments: [
            .json(#"{"m.homeserver":{"base_url":"matrix.example.org"}}"#),
            .json(#"{"m.homeserver":{"base_url":"ftp://matrix.example.org\n"}}"#),
            .json(#"{"m.homeserver":{"base_url":7}}"#), .json("{}"), .json(""), .html("<html>Home</html>", status: 200),
        ] as [ScriptedResponse]
    )
    func uselessFile(_ answer: ScriptedResponse) async throws {
        try await discoverName { _ in
            answer
        } check: { result, host, api in
            let error = try #require(throws: MatrixClientError.self) { try result.get() }
            #expect(error.code == .notAHomeserver)
            #expect(error.message.contains("well-known file of example.org"))
            #expect(error.message.contains("matrix.homeserver"))
            #expect(!error.message.contains("\n"))
            #expect(host.requests.count == 1 && api.requests.isEmpty)
        }
    }

    @Test("a failing host of the well-known file is worth another try")
    func unavailableFile() async throws {
        for answer in [ScriptedResponse.respond(503), ScriptedResponse(steps: [.close])] {
            try await discoverName { _ in
                answer
            } check: { result, _, _ in
                let error = try #require(throws: MatrixClientError.self) { try result.get() }
                #expect(error.code == .unreachable)
            }
        }
    }
}

/// A server that answers a TLS handshake in plain text, as web servers do on their port for `http`.
private final class PlaintextServer: Sendable {
    let port: Int
    private let listener: Int32

    init() throws {
        let (listener, port) = try LoopbackSocket.listen()
        (self.listener, self.port) = (listener, port)
        let thread = Thread {
            while let socket = LoopbackSocket.accept(on: listener) {
                _ = LoopbackSocket.read(from: socket)
                _ = LoopbackSocket.write(ScriptedResponse.head(400), to: socket) { _ in }
                LoopbackSocket.close(socket)
            }
            LoopbackSocket.close(listener)
        }
        thread.start()
    }

    deinit {
        LoopbackSocket.shutDown(listener)
    }
}
