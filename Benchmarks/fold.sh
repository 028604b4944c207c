#!/usr/bin/env bash
# Measures the fold of deltas into a response: deltas a second, and against plain appending of strings.
# It builds PlatformSDK alone, in release, in a package of its own.
set -euo pipefail
root="$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)"
package="$root/.build/bench-fold"
mkdir -p "$package/Sources"
ln -sfn "$root/Sources/PlatformSDK" "$package/Sources/PlatformSDK"
ln -sfn "$root/Benchmarks/fold" "$package/Sources/fold"
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
let package = Package(
    name: "fold",
    platforms: [.macOS(.v15)],
    dependencies: [.package(url: "https://github.com/apple/swift-log", from: "1.16.0")],
    targets: [
        .target(
            name: "PlatformSDK", dependencies: [.product(name: "Logging", package: "swift-log")],
            swiftSettings: settings),
        .executableTarget(name: "fold", dependencies: ["PlatformSDK"], swiftSettings: settings),
    ]
)
SWIFT
exec "${SWIFT:-swift}" run -c release --package-path "$package" fold
