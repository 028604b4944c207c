import Bridge
import Foundation
import MatrixAPI
package import PlatformSDK
import SQLiteStore

/// The log and the archive of an agent's runs, and the turns of its bridge, read from beside the processes that write them.
package struct AgentLog: Sendable {
    private let log: SQLiteEventLog
    private let archive: SQLiteRunArchive
    private let bridge: SQLiteBridgeStore

    /// Runs the body with what is below a data directory.
    package static func withLog<Value>(
        in dataDirectory: String, _ body: (AgentLog) async throws -> Value
    ) async throws -> Value {
        let directory = URL(fileURLWithPath: dataDirectory, isDirectory: true)
        let turns = try await BridgeDatabase.open(in: directory)
        let runs = try await LogDatabase.open(in: directory.appendingPathComponent("agent"))
        let agentLog = AgentLog(
            log: SQLiteEventLog(database: runs), archive: SQLiteRunArchive(database: runs),
            bridge: SQLiteBridgeStore(database: turns))
        let result: Result<Value, any Error>
        do {
            result = .success(try await body(agentLog))
        } catch {
            result = .failure(error)
        }
        try await runs.close()
        try await turns.close()
        return try result.get()
    }

    /// How often a turn that is not done has been begun without getting further; of all turns the most.
    package func fruitlessBeginnings() async throws -> Int {
        try await bridge.unfinishedTurns().map(\.attempt).max() ?? 0
    }

    /// The runs in the middle of which the agent is now: it has said something, and goes on.
    package func streamingRuns() async throws -> [RunState] {
        try await log.unfinishedRuns(after: nil, limit: 256).filter { $0.lastSeq > Self.opening }
    }

    /// The events of a run before its answer's first text.
    private static let opening = 8

    /// What the log has of one run.
    package struct LoggedRun: Sendable {
        /// The run's events, from the first on.
        package let events: [StreamEvent]
        /// What they make.
        package let response: Response?
        /// What the archive has of it.
        package let archived: Response?

        /// What is wrong with a run that should be over, in words; nil where nothing is.
        package var fault: String? {
            if events.map(\.seq) != Array(1..<(events.count + 1)) { return "the numbers have gaps" }
            if events.count(where: \.isTerminal) != 1 { return "there are \(events.count(where: \.isTerminal)) ends" }
            if events.last?.isTerminal != true { return "something follows the end" }
            if archived != response { return "the archive has something else" }
            return nil
        }
    }

    /// One run as it is stored.
    package func run(_ runID: String) async throws -> LoggedRun {
        var events: [StreamEvent] = []
        var cursor = LogCursor.start
        while true {
            let page = try await log.read(runID, after: cursor)
            for case .event(let event) in page.frames { events.append(event) }
            if page.isEnd || page.frames.isEmpty { break }
            cursor = page.next
        }
        let archived = try await archive.snapshot(of: runID)?.response
        return LoggedRun(events: events, response: Response.reduce(events), archived: archived)
    }

    /// The run that answers a message, by the id of the message's event.
    package func run(answering eventID: String) async throws -> LoggedRun? {
        guard let runID = try await bridge.turn(concerning: EventID(rawValue: eventID))?.runID else { return nil }
        return try await run(runID)
    }
}

extension Response {
    /// What a reader is shown of the answer.
    package var shownText: String {
        outputItems.reduce(into: "") { text, item in
            guard case .message(let message) = item.item, message.origin == .agent else { return }
            text += message.content
        }
    }
}
