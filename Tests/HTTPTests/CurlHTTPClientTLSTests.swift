import Foundation
import HTTP
import TestSupport
import Testing

@Suite("HTTP client and TLS", .timeLimit(.minutes(1)))
struct CurlHTTPClientTLSTests {
    @Test("a plain server behind an https URL fails in the TLS phase")
    func plainServer() async throws {
        let server = try PlainTextServer()
        try await withClient { client in
            let request = HTTPRequest(method: .post, url: "https://127.0.0.1:\(server.port)/", body: [1])
            let error = try await failure { try await client.collect(request, maximumBytes: 1) }
            #expect(error.code == .tls)
            #expect(error.isRetryable)
        }
    }

    @Test("a self-signed server is refused, and trusted with its CA file")
    func certificateAuthorityFile() async throws {
        try await SelfSignedServer.withServer { server in
            for host in ["127.0.0.1", "localhost"] {
                let request = HTTPRequest(url: "https://\(host):\(server.port)/")
                try await withClient { client in
                    let error = try await failure { try await client.collect(request, maximumBytes: 100_000) }
                    #expect(error.code == .tls)
                    #expect(error.retrySafety == .futile)
                }
                var trusting = CurlHTTPClient.Configuration.loopback
                trusting.certificateAuthorityFile = server.certificateFile
                try await withClient(trusting) { client in
                    let response = try await client.collect(request, maximumBytes: 100_000)
                    #expect(response.status == 200)
                }
            }
        }
    }

    @Test("a CA file that cannot be read is an error of the configuration")
    func missingFile() async throws {
        var configuration = CurlHTTPClient.Configuration.loopback
        configuration.certificateAuthorityFile = "/no/such/file.pem"
        let error = try await failure { try await withClient(configuration) { _ in } }
        #expect(error.code == .configuration)
        #expect(error.description.contains("/no/such/file.pem"))
    }
}

/// A server that answers everything, a TLS handshake too, with a line of plain text.
private final class PlainTextServer: Sendable {
    let port: Int
    private let listener: Int32

    init() throws {
        let (listener, port) = try LoopbackSocket.listen()
        self.listener = listener
        self.port = port
        let thread = Thread {
            while let socket = LoopbackSocket.accept(on: listener) {
                _ = LoopbackSocket.read(from: socket)
                _ = LoopbackSocket.write(Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8), to: socket) { _ in }
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

/// An `openssl s_server` with a certificate of its own making for 127.0.0.1 and localhost.
private struct SelfSignedServer {
    let port: Int
    let certificateFile: String

    static func withServer<R>(_ body: (SelfSignedServer) async throws -> R) async throws -> R {
        let directory = FileManager.default.temporaryDirectory.appending(path: "rialto-tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let certificate = directory.appending(path: "cert.pem").path
        let key = directory.appending(path: "key.pem").path
        let request = try launch([
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
            "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost",
            "-keyout", key, "-out", certificate,
        ])
        for await _ in chunks(of: request.output) {}
        let server = try launch(["s_server", "-accept", "127.0.0.1:0", "-key", key, "-cert", certificate, "-www"])
        defer { server.process.terminate() }
        var announcement = ""
        for await chunk in chunks(of: server.output) {
            announcement += String(decoding: chunk, as: UTF8.self)
            guard let line = announcement.firstMatch(of: /ACCEPT .*:([0-9]+)\n/), let port = Int(line.1) else {
                continue
            }
            return try await body(SelfSignedServer(port: port, certificateFile: certificate))
        }
        throw Unexpected(description: "openssl s_server named no port")
    }

    /// What the process writes, until it closes its output.
    private static func chunks(of pipe: Pipe) -> AsyncStream<Data> {
        AsyncStream(bufferingPolicy: .bufferingOldest(64)) { continuation in
            pipe.fileHandleForReading.readabilityHandler = { handle in
                let data = handle.availableData
                if data.isEmpty {
                    handle.readabilityHandler = nil
                    continuation.finish()
                } else {
                    continuation.yield(data)
                }
            }
        }
    }

    private static func launch(_ arguments: [String]) throws -> (process: Process, output: Pipe) {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/openssl")
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        return (process, output)
    }
}
