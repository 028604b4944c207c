import Bridge
import Foundation
import MatrixAPI
package import PlatformSDK
import SQLiteStore

/// The log and the archive of an agent's runs, read from beside the processes that write them.
package struct AgentLog: Sendable {
    private let log: SQLiteEventLog
    private let archive: SQLiteRunArchive

    /// Runs the body with the log below a data directory.
    package static func withLog<Result>(
        in dataDirectory: String, _ body: (AgentLog) async throws -> Result
    ) async throws -> Result {
        let directory = URL(fileURLWithPath: dataDirectory + "/agent", isDirectory: true)
        let database = try await LogDatabase.open(in: directory)
        let agentLog = AgentLog(log: SQLiteEventLog(database: database), archive: SQLiteRunArchive(database: database))
        do {
            let result = try await body(agentLog)
            try await database.close()
            return result
        } catch {
            try? await database.close()
            throw error
        }
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

        /// What is wrong with the run for a log's run that is over, in words; nil where nothing is.
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

    /// The runs that answer messages, by the ids of the messages' events, as the bridge of the data directory knows them.
    package static func runs(
        answering eventIDs: [String], in dataDirectory: String
    ) async throws -> [String: String] {
        let database = try await BridgeDatabase.open(in: URL(fileURLWithPath: dataDirectory, isDirectory: true))
        let store = SQLiteBridgeStore(database: database)
        var runs: [String: String] = [:]
        for eventID in eventIDs {
            runs[eventID] = try await store.turn(concerning: EventID(rawValue: eventID))?.runID
        }
        try await database.close()
        return runs
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
