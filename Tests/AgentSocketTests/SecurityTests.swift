import AgentSocket
import Foundation
import PlatformSDK
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct SecurityTests {
    /// Runs a server and a connection with these securities until the body is done.
    private func withPair(
        _ server: AgentServerSecurity,
        _ client: AgentClientSecurity,
        scheme: String = "ws",
        _ body: (WebSocketAgentConnection) async throws -> Void
    ) async throws {
        let agent = AgentServer(options: .init(port: 0), security: server, responder: ScriptedAgent(), logger: .silent)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await agent.run() }
            let connection = WebSocketAgentConnection(
                endpoint: try AgentEndpoint(url: "\(scheme)://127.0.0.1:\(try await agent.boundPort())/agent_ws/"),
                security: client,
                options: .fast,
                logger: .silent
            )
            tasks.addTask { try await connection.run() }
            try await body(connection)
            tasks.cancelAll()
        }
    }

    @Test func theRightTokenIsLetIn() async throws {
        try await withPair(.init(token: "s3cret"), .init(token: "s3cret")) { connection in
            let answer = try await connection.answer(to: "count 3")
            #expect(answer.text == "1 2 3 ")
        }
    }

    @Test(arguments: [nil, "", "s3cre", "s3cret!", "S3cret", "s3crets3cret"])
    func anythingElseIsNot(token: String?) async throws {
        try await withPair(.init(token: "s3cret"), .init(token: token)) { connection in
            try await eventually {
                guard case .disconnected(let reason?) = await connection.status() else { return false }
                return reason.contains("token") && !reason.contains("s3cret")
            }
        }
    }

    @Test func aRefusalIsA401() async throws {
        let agent = AgentServer(
            options: .init(port: 0), security: .init(token: "t"), responder: ScriptedAgent(), logger: .silent)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await agent.run() }
            let port = try await agent.boundPort()
            let head = try await onThread { try RawSocket.connect(port: port).upgrade(path: "/agent_ws/") }
            #expect(head.hasPrefix("HTTP/1.1 401 ") && head.contains("WWW-Authenticate: Bearer"))
            tasks.cancelAll()
        }
    }

    /// Browsers let any page connect to this machine, and say which page it is.
    @Test(arguments: ["https://example.org", "http://localhost", "null"])
    func webPagesAreRefusedWithoutAToken(origin: String) async throws {
        try await withServer(responder: ScriptedAgent()) { port in
            for isUpgrade in [true, false] {
                let head = try await onThread {
                    try RawSocket.connect(port: port).upgrade(path: "/agent_ws/", isUpgrade: isUpgrade, origin: origin)
                }
                #expect(head.hasPrefix("HTTP/1.1 403 "))
            }
        }
    }

    @Test func theConnectionIsEncryptedWhereTheCertificateIsTrusted() async throws {
        // Waiting for a process blocks its thread.
        let files = try await onThread { try Certificate() }
        defer { files.remove() }
        let server = AgentServerSecurity(token: "t", certificate: (files.certificate, files.key))
        let client = AgentClientSecurity(token: "t", authoritiesFile: files.certificate)
        try await withPair(server, client, scheme: "wss") { connection in
            let answer = try await connection.answer(to: "count 3")
            #expect(answer.text == "1 2 3 ")
        }
        try await withPair(server, .init(token: "t"), scheme: "wss") { connection in
            try await eventually {
                if case .disconnected(_?) = await connection.status() { true } else { false }
            }
        }
    }
}

extension SecurityTests {
    /// RFC 8996 has put the versions before 1.2 out of use.
    @Test(arguments: [("-tls1_1", false), ("-tls1_2", true), ("-tls1_3", true)])
    func oldVersionsOfTLSAreRefused(version: String, isTaken: Bool) async throws {
        let files = try await onThread { try Certificate() }
        defer { files.remove() }
        let agent = AgentServer(
            options: .init(port: 0), security: .init(token: "t", certificate: (files.certificate, files.key)),
            responder: ScriptedAgent(), logger: .silent)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await agent.run() }
            let port = try await agent.boundPort()
            let status = try await onThread {
                let client = Process()
                client.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
                client.arguments = [
                    "s_client", "-connect", "127.0.0.1:\(port)", version, "-cipher", "ALL:@SECLEVEL=0",
                ]
                client.standardInput = FileHandle.nullDevice
                client.standardOutput = FileHandle.nullDevice
                client.standardError = FileHandle.nullDevice
                try client.run()
                client.waitUntilExit()
                return client.terminationStatus
            }
            #expect((status == 0) == isTaken)
            tasks.cancelAll()
        }
    }
}

/// A certificate for 127.0.0.1 that signs itself, made by openssl.
private struct Certificate {
    let directory = NSTemporaryDirectory() + "rialto-" + UUID().uuidString
    var certificate: String { directory + "/certificate.pem" }
    var key: String { directory + "/key.pem" }

    init() throws {
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let openssl = Process()
        openssl.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
        openssl.arguments = [
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
            "-subj",
            "/CN=agent", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate,
        ]
        openssl.standardError = FileHandle.nullDevice
        try openssl.run()
        openssl.waitUntilExit()
        try #require(openssl.terminationStatus == 0)
    }

    func remove() { try? FileManager.default.removeItem(atPath: directory) }
}
