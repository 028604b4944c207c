import HTTP
import MatrixAPI
import MatrixClient
import TestSupport
import Testing

@Suite("Secrecy of errors", .timeLimit(.minutes(1)))
struct SecrecyTests {
    private static let text = "meet me at the Rialto at nine"

    /// Answers that repeat all that the request told, in every place where a server can put it.
    private static let echoes: [@Sendable (RecordedRequest) -> ScriptedResponse] = {
        let statuses = [200, 201, 301, 400, 401, 403, 404, 408, 413, 429, 500, 502, 503]
        return statuses.flatMap { status -> [@Sendable (RecordedRequest) -> ScriptedResponse] in
            [
                { .html("<html>\(all($0))</html>", status: status) },
                { json(["errcode": "M_FORBIDDEN", "error": .string(all($0))], status) },
                { json(["errcode": "M_UNKNOWN_TOKEN", "error": .string(all($0))], status) },
                { json(["errcode": .string(all($0)), "error": "x"], status) },
                { json([all($0): .string(all($0)), "versions": .string(all($0))], status) },
                {
                    let line = all($0).filter { !$0.isNewline }
                    return .respond(status, headers: ["Location": "http://\(line)", "Retry-After": line])
                },
            ]
        } + [
            { ScriptedResponse(steps: [.write(Array((all($0) + "\r\n").utf8)), .close]) },
            { _ in ScriptedResponse(steps: [.reset]) },
            { _ in ScriptedResponse(steps: [.waitForDisconnect]) },
        ]
    }()

    private static func all(_ request: RecordedRequest) -> String {
        "\(request.target) \(request.text) \(request.headers.fields.map(\.value).joined(separator: " "))"
    }

    private static func json(_ value: JSONValue, _ status: Int) -> ScriptedResponse {
        .json(String(decoding: value.canonicalJSON(), as: UTF8.self), status: status)
    }

    @Test("no error shows the token, a message or a password, whatever the server repeats")
    func property() async throws {
        var count = 0
        for echo in Self.echoes {
            try await withHomeserver(patience: .milliseconds(300)) {
                whoami($0) ?? echo($0)
            } _: { transport, _ in
                let session = try await session(on: transport)
                let send = SendEvent(
                    roomID: "!r", transactionID: "t", content: ["body": .string(Self.text), "d": [["x"]]])
                let login = LoginPassword(user: "@bot:example.org", password: Self.text)
                count += try await check { try await session.transport.execute(send) }
                count += try await check { try await session.transport.execute(login) }
                count += try await check { try await session.transport.execute(Sync(timeout: 0)) }
            }
        }
        #expect(count > 2 * Self.echoes.count)
    }

    /// Checks the error of a request; returns 1 when there was one.
    private func check<R>(_ request: () async throws -> R) async throws -> Int {
        do {
            _ = try await request()
            return 0
        } catch let error as MatrixClientError {
            var dumped = ""
            dump(error, to: &dumped)
            dump(error.homeserverError, to: &dumped)
            let shown = "\(error) \(String(reflecting: error)) \(error.homeserverError) \(dumped)"
            for secret in [token.secret, Self.text] where shown.contains(secret) {
                Issue.record("\"\(secret)\" is shown by: \(shown)")
            }
            #expect(error.message.unicodeScalars.count < 1000)
            return 1
        }
    }
}
