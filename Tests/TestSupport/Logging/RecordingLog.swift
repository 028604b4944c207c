package import Logging
import Synchronization

/// Keeps what is logged, as lines of level, message and metadata.
package final class RecordingLog: Sendable {
    private let recorded = Mutex<[String]>([])

    /// Creates a log without lines.
    package init() {}

    /// The lines so far.
    package var lines: [String] { recorded.withLock { $0 } }

    /// A logger that writes here.
    package var logger: Logger {
        Logger(label: "test") { _ in Handler(log: self) }
    }

    /// The lines of a level.
    package func lines(_ level: Logger.Level) -> [String] {
        lines.filter { $0.hasPrefix("\(level) ") }
    }

    private struct Handler: LogHandler {
        let log: RecordingLog
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        init(log: RecordingLog) {
            self.log = log
        }

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let metadata = (event.metadata ?? [:]).map { "\($0)=\($1)" }.sorted()
            log.recorded.withLock {
                $0.append((["\(event.level)", "\(event.message)"] + metadata).joined(separator: " "))
            }
        }
    }
}
