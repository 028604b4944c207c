// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")

/// A library target of the house, with the settings that all of them share.
func module(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

/// The tests of one target; `TestSupport` is always at hand.
func tests(_ name: String, _ dependencies: [Target.Dependency], golden: Bool = false) -> Target {
    .testTarget(
        name: name,
        dependencies: dependencies + ["TestSupport"],
        resources: golden ? [.copy("Golden")] : [],
        swiftSettings: settings
    )
}

let package = Package(
    name: "rialto",
    platforms: [.macOS(.v15)],
    products: [.executable(name: "rialto", targets: ["rialto"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.100.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/LebJe/TOMLKit", from: "0.6.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // C: system libraries
        .systemLibrary(
            name: "CCurl",
            path: "Sources/CLibraries/CCurl",
            pkgConfig: "libcurl",
            providers: [.apt(["libcurl4-openssl-dev"])]
        ),
        .systemLibrary(
            name: "CCMarkGFM",
            path: "Sources/CLibraries/CCMarkGFM",
            pkgConfig: "libcmark-gfm",
            providers: [.apt(["libcmark-gfm-dev", "libcmark-gfm-extensions-dev"])]
        ),

        // Layer 1: contracts and the HTTP client
        module("HTTP", ["CCurl", logging]),
        module("MatrixAPI"),
        module("PlatformSDK", [logging]),

        // Layer 2: decisions
        module("Bridge", ["PlatformSDK", "MatrixAPI", logging, lifecycle]),
        module("AgentRuntime", ["PlatformSDK", logging]),

        // Layer 3: adapters
        module("MatrixClient", ["HTTP", "MatrixAPI", "Bridge", logging, lifecycle]),
        module("MatrixMarkdown", ["CCMarkGFM", "Bridge"]),
        module(
            "AgentSocket",
            [
                "PlatformSDK", logging, lifecycle,
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "NIOWebSocket", package: "swift-nio"),
            ]
        ),
        module(
            "SQLiteStore",
            ["PlatformSDK", "MatrixAPI", "Bridge", logging, .product(name: "GRDB", package: "GRDB.swift")]
        ),
        module("ModelProviders", ["HTTP", "AgentRuntime", "PlatformSDK", logging]),

        // Layer 4: the executable
        .executableTarget(
            name: "rialto",
            dependencies: [
                "AgentRuntime", "AgentSocket", "Bridge", "HTTP", "MatrixAPI", "MatrixClient", "MatrixMarkdown",
                "ModelProviders", "PlatformSDK", "SQLiteStore", logging, lifecycle,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "TOMLKit", package: "TOMLKit"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: settings
        ),

        // Measurements, which the test build compiles too
        .executableTarget(
            name: "RialtoBenchmarks",
            dependencies: [
                "AgentRuntime", "AgentSocket", "HTTP", "ModelProviders", "PlatformSDK", "SQLiteStore", logging,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            path: "Benchmarks/RialtoBenchmarks",
            swiftSettings: settings
        ),

        // Tests
        .target(
            name: "TestSupport",
            dependencies: [
                "AgentRuntime", "AgentSocket", "Bridge", "HTTP", "MatrixAPI", "MatrixClient", "PlatformSDK",
                "SQLiteStore", logging,
            ],
            path: "Tests/TestSupport",
            swiftSettings: settings
        ),
        tests("ArchitectureTests", []),
        tests("HTTPTests", ["HTTP"]),
        tests("MatrixAPITests", ["MatrixAPI"], golden: true),
        tests("PlatformSDKTests", ["PlatformSDK"], golden: true),
        tests(
            "BridgeTests",
            ["Bridge", "MatrixAPI", "PlatformSDK", "MatrixMarkdown", "SQLiteStore", logging, lifecycle]
        ),
        tests("AgentRuntimeTests", ["AgentRuntime", "ModelProviders", "HTTP", "PlatformSDK"]),
        tests("ModelProvidersTests", ["ModelProviders", "AgentRuntime", "HTTP", "PlatformSDK", logging], golden: true),
        tests("MatrixClientTests", ["MatrixClient", "MatrixAPI", "HTTP", "Bridge", logging, lifecycle]),
        tests("MatrixMarkdownTests", ["MatrixMarkdown", "Bridge"]),
        tests("AgentSocketTests", ["AgentSocket", "PlatformSDK", logging, lifecycle], golden: true),
        tests(
            "SQLiteStoreTests",
            ["SQLiteStore", "Bridge", "PlatformSDK", "MatrixAPI", .product(name: "GRDB", package: "GRDB.swift")]
        ),
        tests(
            "RialtoTests", ["rialto", "HTTP", "MatrixAPI", "MatrixClient", "ModelProviders", "SQLiteStore", logging]),
        tests(
            "IntegrationTests",
            ["MatrixAPI", "MatrixClient", "HTTP", "AgentSocket", "PlatformSDK", "SQLiteStore", logging]
        ),
    ]
)
