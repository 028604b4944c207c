#!/usr/bin/env bash
# Measures the event log in SQLite: durable appends a second with several writers against bare inserts in one transaction,
# and how soon a following reader has what was appended.
#
#   Benchmarks/event-log.sh [--events N] [--writers N] [--batch N] [--bytes N] [--wakes N]
#
# It builds SQLiteStore with what it needs, in release, in a package of its own.
set -euo pipefail
root="$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)"
package="$root/.build/bench-event-log"
mkdir -p "$package/Sources"
for target in PlatformSDK MatrixAPI Bridge SQLiteStore; do
    ln -sfn "$root/Sources/$target" "$package/Sources/$target"
done
ln -sfn "$root/Benchmarks/EventLog" "$package/Sources/EventLogBenchmark"
cp "$root/Package.resolved" "$package/Package.resolved"
cat >"$package/Package.swift" <<'SWIFT'
// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")

func module(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

let package = Package(
    name: "rialto",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        module("PlatformSDK", [logging]),
        module("MatrixAPI", []),
        module("Bridge", ["PlatformSDK", "MatrixAPI", logging, lifecycle]),
        module("SQLiteStore", ["PlatformSDK", "MatrixAPI", "Bridge", logging, grdb]),
        .executableTarget(
            name: "EventLogBenchmark", dependencies: ["PlatformSDK", "SQLiteStore", grdb], swiftSettings: settings),
    ]
)
SWIFT
exec "${SWIFT:-swift}" run -c release --package-path "$package" EventLogBenchmark "$@"
