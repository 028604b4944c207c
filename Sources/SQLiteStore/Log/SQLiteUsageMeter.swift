import GRDB
package import PlatformSDK

/// What runs have taken, in SQLite, beside the log that says the same of those that are not over.
package struct SQLiteUsageMeter: UsageMeter {
    private let database: LogDatabase

    /// Creates a meter over an open database.
    package init(database: LogDatabase) {
        self.database = database
    }

    package func record(_ record: UsageRecord) async throws {
        try await database.write("count a run's tokens") { database in
            let statement = try database.cachedStatement(
                sql: """
                    INSERT INTO usage
                        (run_id, attempt, user_id, thread_id, provider_id, model_id, day, prompt_tokens,
                         completion_tokens, total_tokens, cached_tokens, reasoning_tokens, microdollars)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    ON CONFLICT (run_id, attempt) DO UPDATE SET
                        prompt_tokens = excluded.prompt_tokens, completion_tokens = excluded.completion_tokens,
                        total_tokens = excluded.total_tokens, cached_tokens = excluded.cached_tokens,
                        reasoning_tokens = excluded.reasoning_tokens, microdollars = excluded.microdollars
                    WHERE excluded.total_tokens > usage.total_tokens
                    """)
            let usage = record.usage
            try statement.execute(
                arguments: [
                    record.runID.stored, record.attempt, record.userID.stored, record.threadID.stored,
                    record.providerID.stored, record.modelID.stored, record.day, usage.promptTokens,
                    usage.completionTokens, usage.totalTokens, usage.cachedTokens, usage.reasoningTokens,
                    record.microdollars,
                ])
        }
    }

    package func records(of runID: String) async throws -> [UsageRecord] {
        try await database.read("read a run's tokens") { database in
            let statement = try database.cachedStatement(
                sql: "SELECT * FROM usage WHERE run_id = ? ORDER BY attempt")
            return try Row.fetchAll(statement, arguments: [runID.stored]).map(UsageRecord.init)
        }
    }

    package func sum(of spender: UsageSpender, days: ClosedRange<Int>) async throws -> UsageSum {
        let (condition, values): (String, [StoredText]) =
            switch spender {
            case .everyone: ("", [])
            case .user(let userID): ("user_id = ? AND", [userID.stored])
            case .userInThread(let userID, let threadID):
                ("thread_id = ? AND user_id = ? AND", [threadID.stored, userID.stored])
            }
        return try await database.read("add up tokens") { database in
            let statement = try database.cachedStatement(
                sql: """
                    SELECT COALESCE(sum(total_tokens), 0) AS tokens, sum(microdollars) AS microdollars,
                        COALESCE(sum(CASE WHEN microdollars IS NULL THEN total_tokens END), 0) AS unpriced
                    FROM usage WHERE \(condition) day BETWEEN ? AND ?
                    """)
            let arguments = StatementArguments(values) + [days.lowerBound, days.upperBound]
            guard let row = try Row.fetchOne(statement, arguments: arguments) else { return UsageSum() }
            return UsageSum(
                tokens: try row.value("tokens"), microdollars: try row.optional("microdollars"),
                unpricedTokens: try row.value("unpriced"))
        }
    }

    package func prune(before day: Int, limit: Int) async throws -> Int {
        try await database.write("forget old counts") { database in
            try database.execute(
                sql: """
                    DELETE FROM usage WHERE (run_id, attempt) IN (
                        SELECT run_id, attempt FROM usage WHERE day < ? ORDER BY day LIMIT ?)
                    """,
                arguments: [day, max(0, limit)])
            return database.changesCount
        }
    }
}

extension UsageRecord {
    fileprivate init(_ row: Row) throws {
        self.init(
            runID: try row.text("run_id"), attempt: try row.value("attempt"), userID: try row.text("user_id"),
            threadID: try row.text("thread_id"), providerID: try row.text("provider_id"),
            modelID: try row.text("model_id"), day: try row.value("day"),
            usage: Usage(
                promptTokens: try row.value("prompt_tokens"), completionTokens: try row.value("completion_tokens"),
                totalTokens: try row.value("total_tokens"), cachedTokens: try row.optional("cached_tokens"),
                reasoningTokens: try row.optional("reasoning_tokens")),
            microdollars: try row.optional("microdollars"))
    }
}
