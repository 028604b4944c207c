/// The table "Targets" of the design, as data: which target may import what.
enum House {
    /// A row of the table.
    struct Target {
        /// 1 is the bottom; a target imports targets of lower layers only.
        let layer: Int
        /// The third-party modules that this target alone may import.
        let owns: Set<String>
        /// The system libraries, from `Sources/CLibraries`, that this target alone may import.
        let wraps: Set<String>
    }

    /// All targets under `Sources/`, those of `CLibraries` apart.
    static let targets: [String: Target] = [
        "rialto": row(4, owns: ["ArgumentParser", "TOMLKit"]),

        "MatrixClient": row(3),
        "MatrixCrypto": row(3, wraps: ["COlm"]),
        "MatrixMarkdown": row(3, wraps: ["CCMarkGFM"]),
        "AgentSocket": row(3, owns: ["NIOHTTP1", "NIOSSL", "NIOWebSocket"]),
        "SQLiteStore": row(3, owns: ["GRDB"]),
        "RedisEventLog": row(3, wraps: ["CHiredis"]),
        "ModelProviders": row(3),
        "Tools": row(3, owns: ["Subprocess"], wraps: ["CJavaScriptCore"]),
        "Gateway": row(3, owns: ["Hummingbird", "HummingbirdCore", "HTTPTypes", "JWTKit"]),
        "Telemetry": row(3),

        "Bridge": row(2),
        "AgentRuntime": row(2),

        "PlatformSDK": row(1),
        "MatrixAPI": row(1),
        "HTTP": row(1, wraps: ["CCurl"]),
    ]

    /// Layer 2 decides and does no I/O: it may not even import the HTTP client below it.
    static let forbidden: [String: Set<String>] = ["Bridge": ["HTTP"], "AgentRuntime": ["HTTP", "MatrixAPI"]]

    /// What every target may import: the platform, and the packages that the whole house shares.
    static let shared: Set<String> = [
        "CoreMetrics", "Darwin", "Foundation", "FoundationEssentials", "Glibc", "Instrumentation", "Logging", "Metrics",
        "Musl", "NIOConcurrencyHelpers", "NIOCore", "NIOPosix", "ServiceContextModule", "ServiceLifecycle", "Swift",
        "Synchronization", "Tracing", "UnixSignals", "_Concurrency", "_StringProcessing",
    ]

    /// The folder of the system libraries: module maps and shims, no Swift.
    static let systemLibraries = "CLibraries"

    private static func row(_ layer: Int, owns: Set<String> = [], wraps: Set<String> = []) -> Target {
        Target(layer: layer, owns: owns, wraps: wraps)
    }
}
