package import Foundation
import GRDB

extension SQLiteBridgeStore {
    /// Removes the content of what was dealt with before a point in time; returns how many records that were.
    ///
    /// Keys, ids and states stay, so nothing is admitted, sent or answered a second time and own events are still
    /// recognized. A call touches at most `limit` records of each kind, to keep the writer free for others; call it
    /// again until it returns zero.
    package func pruneContent(settledBefore cutoff: Date, limit: Int = 500) async throws -> Int {
        try await database.write("prune old content") { database in
            let bounds: StatementArguments = ["cutoff": cutoff.milliseconds, "limit": limit]
            var count = 0
            // They go with their turn, in the same transaction, and are not counted apart from it.
            try database.execute(sql: Self.pruneSources, arguments: bounds)
            for sql in [Self.pruneInbox, Self.pruneNotices, Self.pruneEventsOfTurns, Self.pruneTurns] {
                try database.execute(sql: sql, arguments: bounds)
                count += database.changesCount
            }
            return count
        }
    }

    private static let pruneInbox = """
        UPDATE inbox SET content = NULL WHERE sequence IN (
            SELECT sequence FROM inbox
            WHERE settled_at IS NOT NULL AND content IS NOT NULL AND settled_at < :cutoff
            ORDER BY settled_at LIMIT :limit)
        """

    private static let pruneNotices = """
        UPDATE outbox SET content = NULL WHERE id IN (
            SELECT id FROM outbox
            WHERE turn_id IS NULL AND concluded_at IS NOT NULL AND content IS NOT NULL AND concluded_at < :cutoff
            ORDER BY concluded_at LIMIT :limit)
        """

    /// An event that is still pending keeps its content: what could be sent must be whole.
    private static let pruneEventsOfTurns = """
        UPDATE outbox SET content = NULL WHERE id IN (
            SELECT outbox.id FROM turns JOIN outbox ON outbox.turn_id = turns.turn_id
            WHERE turns.done_at IS NOT NULL AND turns.text IS NOT NULL AND turns.done_at < :cutoff
                AND outbox.content IS NOT NULL AND outbox.state <> 'pending'
            ORDER BY turns.done_at LIMIT :limit)
        """

    private static let pruneSources = """
        UPDATE turn_sources SET quote = NULL, text = NULL, file = NULL WHERE turn_id IN (
            SELECT turn_id FROM turns
            WHERE done_at IS NOT NULL AND text IS NOT NULL AND done_at < :cutoff
            ORDER BY done_at LIMIT :limit)
        """

    /// Last, and only turns whose events are pruned: a turn with its text is one with events still to be pruned.
    private static let pruneTurns = """
        UPDATE turns SET text = NULL, files = NULL, answer = NULL, answer_files = NULL, remark = NULL WHERE id IN (
            SELECT id FROM turns
            WHERE done_at IS NOT NULL AND text IS NOT NULL AND done_at < :cutoff
                AND NOT EXISTS (SELECT 1 FROM outbox
                    WHERE outbox.turn_id = turns.turn_id AND content IS NOT NULL AND state <> 'pending')
            ORDER BY done_at LIMIT :limit)
        """
}
