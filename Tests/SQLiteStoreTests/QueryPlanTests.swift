import Bridge
import Foundation
import GRDB
import Synchronization
import TestSupport
import Testing

@testable import SQLiteStore

@Suite struct QueryPlanTests {
    @Test(arguments: BridgeStoreConformance.cases)
    func `no statement walks through a table that grows`(_ behaviour: BridgeStoreConformance.Case) async throws {
        try await withDatabase { database in
            let statements = Mutex<Set<String>>([])
            let collect: @Sendable (Database.TraceEvent) -> Void = { event in
                guard case .statement(let statement) = event else { return }
                statements.withLock { _ = $0.insert(statement.sql) }
            }
            try await database.write("trace") { $0.trace(collect) }
            try await database.read("trace") { $0.trace(collect) }
            let store = SQLiteBridgeStore(database: database)
            try await behaviour.check(store)
            _ = try await store.pruneContent(settledBefore: Date())
            try await database.write("stop tracing") { $0.trace() }

            let explained = statements.withLock { $0 }.filter(Self.isQuery)
            #expect(explained.count >= 4)
            for sql in explained {
                let plan = try await database.write("explain") { database in
                    let statement = try database.makeStatement(sql: "EXPLAIN QUERY PLAN \(sql)")
                    // The plan does not depend on the values.
                    statement.setUncheckedArguments([])
                    return try Row.fetchAll(statement).map { $0["detail"] as String }
                }
                for step in plan where Self.walksThroughTable(step) {
                    Issue.record("\(step) in: \(sql)")
                }
            }
        }
    }

    private static func isQuery(_ sql: String) -> Bool {
        ["SELECT", "INSERT", "UPDATE", "DELETE"].contains { sql.hasPrefix($0) }
    }

    private static func walksThroughTable(_ step: String) -> Bool {
        guard step.hasPrefix("SCAN") else { return false }
        // The only partial indexes that are walked through hold what is still open.
        let bounded = ["inbox_open", "turns_unfinished", "outbox_notices"]
        let small = ["SCAN rooms", "SCAN sync", "SCAN CONSTANT ROW"]
        return !bounded.contains { step.contains("INDEX \($0)") } && !small.contains { step.hasPrefix($0) }
    }
}
