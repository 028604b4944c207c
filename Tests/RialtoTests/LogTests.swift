import Foundation
import Logging
import Synchronization
import Testing

@testable import rialto

@Suite("The log")
struct LogTests {
    private final class Sink: Sendable {
        private let text = Mutex("")
        var written: String { text.withLock { $0 } }
        func write(_ line: String) { text.withLock { $0 += line } }
    }

    private func logger(_ style: LineLogHandler.Style, _ sink: Sink, level: Logger.Level = .trace) -> Logger {
        Logger(label: "rialto.test") { label in
            LineLogHandler(
                label: label,
                level: level,
                style: style,
                now: { Date(timeIntervalSince1970: 1_700_000_000.25) },
                write: sink.write
            )
        }
    }

    @Test("a console line has time, level, message and metadata")
    func consoleLine() {
        let sink = Sink()
        logger(.console(colored: false), sink).info("joined", metadata: ["room": "!a:b", "reason": "it was asked"])
        #expect(
            sink.written
                == "2023-11-14T22:13:20.250Z INFO     rialto.test: joined reason=\"it was asked\" room=!a:b\n"
        )
    }

    @Test("a JSON line is one object with ts, level, service, msg and metadata")
    func jsonLine() throws {
        let sink = Sink()
        logger(.json, sink).warning(
            "say \"hi\"\n\u{1B}[31m é 🌉",
            metadata: ["n": "1", "list": ["a", "b"], "nested": ["x": "y"], "msg": "mine"]
        )
        #expect(sink.written.hasSuffix("}\n"))
        #expect(sink.written.count { $0 == "\n" } == 1)
        let object = try #require(try JSONSerialization.jsonObject(with: Data(sink.written.utf8)) as? [String: Any])
        #expect(object["ts"] as? String == "2023-11-14T22:13:20.250Z")
        #expect(object["level"] as? String == "warning")
        #expect(object["service"] as? String == "rialto")
        #expect(object["msg"] as? String == "say \"hi\"\n\u{1B}[31m é 🌉")
        #expect(object["list"] as? [String] == ["a", "b"])
        #expect(object["nested"] as? [String: String] == ["x": "y"])
        #expect(object["metadata.msg"] as? String == "mine")
    }

    @Test(
        "metadata whose key names a secret loses its value",
        arguments: [
            "token", "access_token", "accessToken", "ACCESS-TOKEN", "Authorization", "password", "matrix.password",
            "api_key",
            "client_secret",
        ])
    func redacts(key: String) {
        for style in [LineLogHandler.Style.json, .console(colored: false), .console(colored: true)] {
            let sink = Sink()
            logger(style, sink).info(
                "m", metadata: [key: "hunter2", "outer": [key: "hunter2"], "l": [[key: "hunter2"]]])
            #expect(!sink.written.contains("hunter2"))
            #expect(sink.written.contains("(redacted)"))
        }
    }

    @Test("other keys keep their values", arguments: ["tokens_used", "token_count", "secretary", "room"])
    func keeps(key: String) {
        let sink = Sink()
        logger(.json, sink).info("m", metadata: [key: "42"])
        #expect(sink.written.contains("\"\(key)\":\"42\""))
    }

    @Test("people's text cannot forge lines or drive the terminal")
    func escapes() {
        let evil = "a\n2023 ERROR forged\r\u{1B}[2J\u{9B}1m\u{202E}x\u{2028}y\u{7F}"
        for style in [LineLogHandler.Style.json, .console(colored: false)] {
            let sink = Sink()
            logger(style, sink).info("\(evil)", metadata: ["k": "\(evil)", "\(evil)": "v", "list": ["\(evil)"]])
            #expect(sink.written.unicodeScalars.count { ControlCharacters.isUnsafe($0) } == 1)
            #expect(sink.written.hasSuffix("\n"))
        }
    }

    @Test("levels below the configured one are left out")
    func levels() {
        let sink = Sink()
        let logger = logger(.json, sink, level: .warning)
        logger.info("no")
        logger.warning("yes")
        #expect(sink.written.contains("yes") && !sink.written.contains("\"no\""))
    }

    @Test("auto is console on a terminal and JSON elsewhere", arguments: LogFormat.allCases)
    func formats(format: LogFormat) {
        func isJSON(_ style: LineLogHandler.Style) -> Bool { if case .json = style { true } else { false } }
        #expect(isJSON(.init(format, isTerminal: true)) == (format == .json))
        #expect(isJSON(.init(format, isTerminal: false)) == (format != .console))
    }
}
