import ArgumentParser
import Foundation

/// Measures what the agent and its log do in this process, and holds the figures against their targets.
@main
struct RialtoBenchmarks: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "RialtoBenchmarks",
        abstract: "Measures the fold, the event log and the way of a chunk to the agent connection.",
        discussion: """
            Each figure stands beside a floor of the same run: the least that the same work costs on this machine now. \
            Exit code 1 says that a target is missed.
            """
    )

    /// A part that can be measured by itself.
    enum Part: String, ExpressibleByArgument, CaseIterable {
        case fold, log, connection
    }

    @Argument(help: "What to measure: fold, log, connection; all of them by default.")
    var parts: [Part] = Part.allCases

    @Option(help: ArgumentHelp("Where the databases are made, and removed again.", valueName: "path"))
    var directory = FileManager.default.temporaryDirectory.path

    func run() async throws {
        let folder = URL(fileURLWithPath: directory, isDirectory: true)
            .appendingPathComponent("rialto-bench-\(ProcessInfo.processInfo.processIdentifier)", isDirectory: true)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }

        var report = Report()
        if parts.contains(.fold) { try FoldBenchmark().measure(into: &report) }
        if parts.contains(.log) { try await LogBenchmark(directory: folder).measure(into: &report) }
        if parts.contains(.connection) { try await ConnectionBenchmark(directory: folder).measure(into: &report) }
        print(report.table)
        guard report.isMet else { throw ExitCode(1) }
    }
}
