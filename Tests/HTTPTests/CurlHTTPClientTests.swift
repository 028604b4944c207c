import HTTP
import Logging
import TestSupport
import Testing

@Suite("HTTP client over loopback", .timeLimit(.minutes(1)))
struct CurlHTTPClientTests {
    @Test("sends method, headers and body, and returns status, headers and body")
    func roundTrip() async throws {
        try await withServer { request in
            .json(#"{"echo":"\#(request.text)"}"#, status: 201, headers: ["X-Seen": request.method])
        } _: { client, server in
            for method in [HTTPRequest.Method.post, .put, .patch, .delete] {
                let request = HTTPRequest(
                    method: method,
                    url: server.baseURL + "/a%2Fb?c=d",
                    headers: ["Content-Type": "application/json", "X-Empty": ""],
                    body: Array("hello".utf8)
                )
                let response = try await client.collect(request, maximumBytes: 1000)
                #expect(response.status == 201)
                #expect(response.headers.first(name: "x-seen") == method.rawValue)
                #expect(response.body == Array(#"{"echo":"hello"}"#.utf8))
                #expect(response.url == server.baseURL + "/a%2Fb?c=d")
            }
            let seen = try #require(server.requests.first)
            #expect(seen.target == "/a%2Fb?c=d")
            #expect(seen.headers.first(name: "content-type") == "application/json")
            #expect(seen.headers.first(name: "x-empty") == "")
            #expect(seen.headers.first(name: "user-agent") == "rialto")
            #expect(seen.headers.first(name: "expect") == nil)
            #expect(seen.headers.all(name: "content-length") == ["5"])
        }
    }

    @Test("sends requests without a body, and large ones")
    func bodies() async throws {
        try await withServer { request in
            request.method == "HEAD"
                ? ScriptedResponse(steps: [.write(ScriptedResponse.head(200, ["Content-Length": "5"]))])
                : .respond(body: request.body)
        } _: { client, server in
            for method in [HTTPRequest.Method.get, .head, .post, .put, .delete, .options] {
                let request = HTTPRequest(method: method, url: server.baseURL)
                let response = try await client.collect(request, maximumBytes: 10)
                #expect(response.body.isEmpty)
            }
            #expect(server.requests.map(\.method) == ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"])
            #expect(server.requests[2].headers.first(name: "content-length") == "0")
            #expect(server.requests[2].headers.first(name: "content-type") == nil)
            let large = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0) }
            let upload = HTTPRequest(method: .post, url: server.baseURL, body: large)
            let response = try await client.collect(upload, maximumBytes: 4_000_000)
            #expect(response.body == large)
            #expect(server.acceptedConnections == 1)
        }
    }

    @Test("reuses a connection, and opens more for requests side by side")
    func reuse() async throws {
        let gate = ResponseGate()
        try await withServer { request in
            request.path == "/held" ? .json("{}").held(by: gate) : .chunked([[1], [2]])
        } _: { client, server in
            for _ in 0..<20 {
                let response = try await client.collect(HTTPRequest(url: server.baseURL), maximumBytes: 10)
                #expect(response.body == [1, 2])
            }
            #expect(server.acceptedConnections == 1)
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<10 {
                    group.addTask {
                        try await client.collect(HTTPRequest(url: server.baseURL + "/held"), maximumBytes: 10).status
                    }
                }
                try await server.waitForRequests(30)
                gate.open()
                for try await status in group { #expect(status == 200) }
            }
            #expect(server.acceptedConnections == 10)
        }
    }

    @Test("an error status is a response")
    func errorStatus() async throws {
        try await withServer { _ in
            .html("<h1>404</h1>", status: 404)
        } _: { client, server in
            let response = try await client.collect(HTTPRequest(url: server.baseURL), maximumBytes: 100)
            #expect(response.status == 404)
            #expect(response.headers.first(name: "Content-Type") == "text/html")
        }
    }

    @Test("undoes gzip")
    func gzip() async throws {
        // "hello hello hello hello\n" as gzip packs it.
        let packed: [UInt8] = [
            0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xCB, 0x48, 0xCD, 0xC9, 0xC9, 0x57,
            0xC8, 0x40, 0x27, 0xB9, 0x00, 0x00, 0x88, 0x59, 0x0B, 0x18, 0x00, 0x00, 0x00,
        ]
        try await withServer { _ in
            .respond(headers: ["Content-Encoding": "gzip"], body: packed)
        } _: { client, server in
            let response = try await client.collect(HTTPRequest(url: server.baseURL), maximumBytes: 100)
            #expect(String(decoding: response.body, as: UTF8.self) == "hello hello hello hello\n")
            #expect(server.requests[0].headers.first(name: "accept-encoding")?.contains("gzip") == true)
        }
    }

    @Test("skips interim responses")
    func interim() async throws {
        try await withServer { _ in
            ScriptedResponse(
                steps: [.write(ScriptedResponse.head(103, ["Link": "a"]))] + ScriptedResponse.json("{}").steps)
        } _: { client, server in
            let response = try await client.collect(HTTPRequest(url: server.baseURL), maximumBytes: 100)
            #expect(response.status == 200)
            #expect(response.headers.first(name: "Link") == nil)
        }
    }

    @Test("hands chunks over as they arrive")
    func streaming() async throws {
        let gate = ResponseGate()
        try await withServer { _ in
            let head = ScriptedResponse.head(200, ["Content-Length": "6"])
            return ScriptedResponse(steps: [.write(head + Array("one".utf8)), .wait(gate), .write(Array("two".utf8))])
        } _: { client, server in
            let chunks = try await client.withResponse(to: HTTPRequest(url: server.baseURL)) { response in
                var chunks: [String] = []
                for try await chunk in response.body {
                    chunks.append(String(decoding: chunk, as: UTF8.self))
                    gate.open()
                }
                return chunks
            }
            #expect(chunks == ["one", "two"])
        }
    }

    @Test("a slow reader stops the sender, and loses nothing")
    func backPressure() async throws {
        let block = [UInt8](repeating: 7, count: 64 * 1024)
        let total = block.count * 1024
        try await withServer { _ in
            let head = ScriptedResponse.head(200, ["Content-Length": "\(total)"])
            return ScriptedResponse(steps: [.write(head), .writeRepeatedly(block, count: 1024)])
        } _: { client, server in
            var timeouts = HTTPTimeouts()
            timeouts.idle = .seconds(1)
            let request = HTTPRequest(url: server.baseURL, timeouts: timeouts)
            let received = try await client.withResponse(to: request) { response in
                var iterator = response.body.makeAsyncIterator()
                var received = try await iterator.next()?.count ?? 0
                // Longer than the idle timeout: a paused transfer is not idle.
                let sent = try await settledValue(for: .milliseconds(1200)) { server.sentBytes }
                #expect(sent < total / 2)
                while let chunk = try await iterator.next() {
                    #expect(chunk.count <= 64 * 1024)
                    received += chunk.count
                }
                return received
            }
            #expect(received == total)
        }
    }

    @Test("collects no more than allowed")
    func bodyLimit() async throws {
        try await withServer { _ in
            .respond(body: [UInt8](repeating: 1, count: 1000))
        } _: { client, server in
            let request = HTTPRequest(method: .post, url: server.baseURL + "/p?token=secret")
            #expect(try await client.collect(request, maximumBytes: 1000).body.count == 1000)
            let error = try await failure { try await client.collect(request, maximumBytes: 999) }
            #expect(error.code == .bodyTooLarge)
            #expect(error.description.contains("POST \(server.baseURL)/p:"))
            #expect(!error.description.contains("secret"))
        }
    }

    @Test("follows redirects only where asked")
    func redirects() async throws {
        try await withServer { request in
            request.path == "/end"
                ? .json("{}")
                : .respond(302, headers: ["Location": request.path == "/loop" ? "/loop" : "/end"], body: [1, 2, 3])
        } _: { client, server in
            var request = HTTPRequest(method: .post, url: server.baseURL + "/a", body: [1])
            let unfollowed = try await client.collect(request, maximumBytes: 10)
            #expect(unfollowed.status == 302)
            #expect(unfollowed.body == [1, 2, 3])
            request.maximumRedirects = 2
            let followed = try await client.collect(request, maximumBytes: 10)
            #expect(followed.status == 200)
            #expect(followed.url == server.baseURL + "/end")
            #expect(server.requests.last?.method == "GET")
            #expect(server.requests.last?.body == [])
            request.url = server.baseURL + "/loop"
            let loop = request
            let error = try await failure { try await client.collect(loop, maximumBytes: 10) }
            #expect(error.code == .tooManyRedirects)
            #expect(server.requests.count == 6)
            #expect(server.acceptedConnections == 1)
        }
    }

    @Test("takes no credentials to another origin")
    func redirectCredentials() async throws {
        try await withServer { _ in
            .json("{}")
        } _: { client, target in
            try await ScriptedHTTPServer.withServer { _ in
                .respond(307, headers: ["Location": target.baseURL + "/t"])
            } _: { source in
                let request = HTTPRequest(
                    url: source.baseURL,
                    headers: ["Authorization": "Bearer s", "X-Api-Key": "s", "Accept": "a/b"],
                    maximumRedirects: 1
                )
                #expect(try await client.collect(request, maximumBytes: 10).status == 200)
                let headers = try #require(target.requests.first).headers
                #expect(headers.first(name: "authorization") == nil)
                #expect(headers.first(name: "x-api-key") == nil)
                #expect(headers.first(name: "accept") == "a/b")
            }
        }
    }

    @Test("a prepared body reads like one from the wire")
    func preparedBody() async throws {
        for bytes in [[], [1, 2, 3]] as [[UInt8]] {
            var received: [UInt8] = []
            for try await chunk in HTTPBody(bytes) { received += chunk }
            #expect(received == bytes)
        }
    }

    @Test("a body can be read once")
    func secondConsumer() async throws {
        try await withServer { _ in
            .json("{}")
        } _: { client, server in
            let error = try await failure {
                try await client.withResponse(to: HTTPRequest(url: server.baseURL)) { response in
                    for try await _ in response.body {}
                    for try await _ in response.body {}
                }
            }
            #expect(error.code == .bodyAlreadyConsumed)
        }
    }
}
