import Logging

/// The form of the log.
enum LogFormat: String, ChoiceConfigurationValue {
    /// `console` on a terminal, else `json`.
    case auto
    /// One JSON object a line.
    case json
    /// Lines for people.
    case console
}

/// The least level that is logged.
enum LogLevel: String, ChoiceConfigurationValue {
    /// Every step.
    case trace
    /// What helps to find a fault.
    case debug
    /// What happens.
    case info
    /// What is unusual.
    case notice
    /// What may become a failure.
    case warning
    /// What failed.
    case error
    /// What ends the program.
    case critical

    /// The level of the logging library.
    var level: Logger.Level {
        switch self {
        case .trace: .trace
        case .debug: .debug
        case .info: .info
        case .notice: .notice
        case .warning: .warning
        case .error: .error
        case .critical: .critical
        }
    }
}
