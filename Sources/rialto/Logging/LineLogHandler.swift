import Foundation
import Logging

/// Writes each log message as one line to a sink.
struct LineLogHandler: LogHandler {
    /// How lines look.
    enum Style: Sendable {
        /// For people, with colours on a terminal.
        case console(colored: Bool)
        /// One JSON object a line.
        case json

        /// The style for a format of the configuration.
        init(_ format: LogFormat, isTerminal: Bool) {
            switch format {
            case .json: self = .json
            case .console: self = .console(colored: isTerminal)
            case .auto: self = isTerminal ? .console(colored: true) : .json
            }
        }
    }

    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?

    private let label: String
    private let style: Style
    private let now: @Sendable () -> Date
    private let write: @Sendable (String) -> Void

    /// Makes a handler; `write` takes whole lines and must not mix them up when it is called from several threads.
    init(
        label: String,
        level: Logger.Level,
        style: Style,
        now: @escaping @Sendable () -> Date = { Date() },
        write: @escaping @Sendable (String) -> Void
    ) {
        self.label = label
        logLevel = level
        self.style = style
        self.now = now
        self.write = write
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var merged = metadata
        if let provided = metadataProvider?.get() { merged.merge(provided) { $1 } }
        if let given = event.metadata { merged.merge(given) { $1 } }
        if let error = event.error { merged["error"] = "\(error)" }
        let record = LogRecord(
            date: now(),
            level: event.level,
            label: label,
            message: "\(event.message)",
            metadata: merged
        )
        switch style {
        case .console(let colored): write(record.consoleLine(colored: colored))
        case .json: write(record.jsonLine())
        }
    }
}
