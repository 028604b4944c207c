import HTTP
import Logging
import TestSupport
import Testing

@Suite("HTTP client failures", .timeLimit(.minutes(1)))
struct CurlHTTPClientFailureTests {
    struct Drop: Sendable {
        let steps: [ScriptedResponse.Step]
        let code: HTTPError.Code
    }

    @Test(
        "a dropped connection names its phase, and whether a retry is safe",
        arguments: [
            Drop(steps: [.close], code: .firstByte),
            Drop(steps: [.reset], code: .firstByte),
            Drop(steps: [.write(Array("HTTP/1.1 200 OK\r\nContent-".utf8)), .reset], code: .firstByte),
            Drop(steps: [.write(ScriptedResponse.head(200, ["Content-Length": "9"]) + [1, 2]), .close], code: .body),
            Drop(
                steps: [
                    .write(ScriptedResponse.head(200, ["Transfer-Encoding": "chunked"]) + Array("5\r\nab".utf8)),
                    .close,
                ],
                code: .body),
            Drop(steps: [.write(Array("220 smtp.example ESMTP\r\n".utf8)), .close], code: .protocolViolation),
        ]
    )
    func drops(_ drop: Drop) async throws {
        try await withServer { _ in
            ScriptedResponse(steps: drop.steps)
        } _: { client, server in
            for method in [HTTPRequest.Method.get, .put, .post] {
                let request = HTTPRequest(
                    method: method, url: server.baseURL + "/x?s=secret", headers: ["X-K": "secret"])
                let error = try await failure { try await client.collect(request, maximumBytes: 100) }
                #expect(error.code == drop.code)
                let isPassing = drop.code != .protocolViolation
                #expect(error.isRetryable == (isPassing && method != .post))
                #expect((error.retrySafety == .unknown) == (isPassing && method == .post))
                #expect(error.description.contains("\(method.rawValue) \(server.baseURL)/x"))
                #expect(!error.description.contains("secret"))
            }
            #expect(server.requests.count == 3)
        }
    }

    @Test("a dead kept connection repeats what may be repeated, and nothing else")
    func staleConnection() async throws {
        try await withServer { request in
            request.path == "/first" || request.connection > 1 ? .json("{}") : ScriptedResponse(steps: [.close])
        } _: { client, server in
            _ = try await client.collect(HTTPRequest(url: server.baseURL + "/first"), maximumBytes: 10)
            let put = HTTPRequest(method: .put, url: server.baseURL + "/second", body: [1, 2])
            #expect(try await client.collect(put, maximumBytes: 10).status == 200)
            #expect(server.requests.map(\.connection) == [1, 1, 2])
            #expect(server.requests.last?.body == [1, 2])
        }
        try await withServer { request in
            request.path == "/first" || request.connection > 1 ? .json("{}") : ScriptedResponse(steps: [.close])
        } _: { client, server in
            _ = try await client.collect(HTTPRequest(url: server.baseURL + "/first"), maximumBytes: 10)
            let post = HTTPRequest(method: .post, url: server.baseURL + "/second", body: [1, 2])
            let error = try await failure { try await client.collect(post, maximumBytes: 10) }
            #expect(error.code == .firstByte)
            #expect(error.retrySafety == .unknown)
            #expect(server.requests.count == 2)
        }
    }

    @Test("a refused connection and an unknown host are safe to retry")
    func unreachable() async throws {
        try await withClient { client in
            let closed = try ScriptedHTTPServer.start { _ in .json("{}") }
            closed.stop()
            let post = HTTPRequest(method: .post, url: closed.baseURL, body: [1])
            let refused = try await failure { try await client.collect(post, maximumBytes: 1) }
            #expect(refused.code == .connect)
            #expect(refused.isRetryable)
            // No name may have so long a label, so that no name server has to be asked.
            let label = String(repeating: "a", count: 70)
            let unknown = HTTPRequest(method: .post, url: "http://\(label).invalid/", body: [1])
            let unresolved = try await failure { try await client.collect(unknown, maximumBytes: 1) }
            #expect(unresolved.code == .resolve)
            #expect(unresolved.isRetryable)
        }
    }

    @Test("silence ends at the idle timeout, before and within the response")
    func idleTimeout() async throws {
        try await withServer { request in
            let head = ScriptedResponse.head(200, ["Content-Length": "3"])
            return ScriptedResponse(steps: (request.path == "/body" ? [.write(head + [1])] : []) + [.waitForDisconnect])
        } _: { client, server in
            for path in ["/head", "/body"] {
                let timeouts = HTTPTimeouts(idle: .milliseconds(150))
                let request = HTTPRequest(url: server.baseURL + path, timeouts: timeouts)
                let error = try await failure { try await client.collect(request, maximumBytes: 10) }
                #expect(error.code == .idleTimeout)
                #expect(error.isRetryable)
            }
            try await server.waitForDisconnects(2)
        }
    }

    @Test("a slow drip is not idle, but ends at the total timeout")
    func totalTimeout() async throws {
        try await withServer { _ in
            let head = ScriptedResponse.head(200, ["Content-Length": "1000"])
            return ScriptedResponse(
                steps: [.write(head), .drip([UInt8](repeating: 1, count: 1000), every: .milliseconds(20))])
        } _: { client, server in
            let timeouts = HTTPTimeouts(idle: .seconds(1), total: .milliseconds(1500))
            let request = HTTPRequest(method: .post, url: server.baseURL, timeouts: timeouts)
            let error = try await failure { try await client.collect(request, maximumBytes: 1000) }
            #expect(error.code == .totalTimeout)
            #expect(error.retrySafety == .unknown)
        }
    }

    @Test("a handshake that nobody answers ends at the connect timeout")
    func connectTimeout() async throws {
        let listener = try SilentListener()
        try await withClient { client in
            let timeouts = HTTPTimeouts(connect: .milliseconds(200))
            let request = HTTPRequest(method: .post, url: "https://127.0.0.1:\(listener.port)/", timeouts: timeouts)
            let error = try await failure { try await client.collect(request, maximumBytes: 1) }
            #expect(error.code == .connectTimeout)
            #expect(error.isRetryable)
        }
    }

    @Test("cancelling the task aborts the transfer, before and within the response", arguments: ["/head", "/body"])
    func cancellation(path: String) async throws {
        try await withServer { _ in
            let head = ScriptedResponse.head(200, ["Content-Length": "3"])
            return ScriptedResponse(steps: (path == "/body" ? [.write(head + [1])] : []) + [.waitForDisconnect])
        } _: { client, server in
            let request = HTTPRequest(url: server.baseURL + path)
            let error = try await withThrowingTaskGroup(of: HTTPError.self) { group in
                group.addTask { try await failure { try await client.collect(request, maximumBytes: 10) } }
                try await server.waitForRequests(1)
                group.cancelAll()
                return try #require(try await group.next())
            }
            #expect(error.code == .cancelled)
            #expect(!error.isRetryable)
            try await server.waitForDisconnects(1)
        }
    }

    @Test("a task that is cancelled already sends nothing")
    func cancelledBefore() async throws {
        try await withServer { _ in
            .json("{}")
        } _: { client, server in
            let request = HTTPRequest(method: .post, url: server.baseURL)
            try await withThrowingTaskGroup(of: HTTPError.self) { group in
                group.cancelAll()
                for _ in 0..<20 {
                    group.addTask { try await failure { try await client.collect(request, maximumBytes: 10) } }
                }
                for try await error in group { #expect(error.code == .cancelled) }
            }
            // Passes through the same inbox, behind all of them.
            _ = try await client.collect(HTTPRequest(url: server.baseURL), maximumBytes: 10)
            #expect(server.requests.map(\.method) == ["GET"])
        }
    }

    @Test("dropping the iterator or leaving the closure aborts the transfer")
    func abandonment() async throws {
        try await withServer { _ in
            let head = ScriptedResponse.head(200, ["Content-Length": "3"])
            return ScriptedResponse(steps: [.write(head + [1]), .waitForDisconnect])
        } _: { client, server in
            let request = HTTPRequest(url: server.baseURL)
            try await client.withResponse(to: request) { response in
                for try await _ in response.body { break }
                try await server.waitForDisconnects(1)
            }
            let status = try await client.withResponse(to: request) { $0.status }
            #expect(status == 200)
            try await server.waitForDisconnects(2)
        }
    }

    @Test("shutting down fails what runs and what comes later, and ends the thread")
    func shutdown() async throws {
        try await ScriptedHTTPServer.withServer { _ in
            ScriptedResponse(steps: [.waitForDisconnect])
        } _: { server in
            let client = try CurlHTTPClient(configuration: .loopback, logger: Logger(label: "test"))
            let request = HTTPRequest(url: server.baseURL)
            async let running = failure { try await client.collect(request, maximumBytes: 10) }
            try await server.waitForRequests(1)
            await client.shutdown()
            #expect(try await running.code == .clientClosed)
            let later = try await failure { try await client.collect(request, maximumBytes: 10) }
            #expect(later.code == .clientClosed)
            await client.shutdown()
            try await server.waitForDisconnects(1)
        }
    }
}
