import Bridge
import Foundation
import GRDB
import MatrixAPI

// How people's changes of mind reach the turns; the rules are the bridge's, so that every store follows the same ones.

extension Database {
    /// Lets a question join the last turn of its place, where that takes it; false where it does not.
    func merge(_ question: NewTurn) throws -> Bool {
        guard var turn = try lastTurn(at: question.place), turn.turnID != question.turnID else { return false }
        var sources = try sources(of: turn.turnID)
        guard turn.accepts(question, besides: sources) else { return false }
        sources.append(TurnSource(question))
        try insert(TurnSource(question), of: turn.turnID)
        turn.question.sourceEventID = question.sourceEventID
        turn.question.ask(sources)
        try store(turn)
        return true
    }

    /// Applies a change to a turn; an unknown turn has nothing to change.
    func apply(_ change: TurnChange) throws {
        guard var turn = try knownTurn(change.turnID) else { return }
        let known = try sources(of: turn.turnID)
        var sources = known
        guard turn.apply(change, to: &sources) else { return }
        for (before, after) in zip(known, sources) where before != after {
            try execute(
                sql: "UPDATE turn_sources SET quote = ?, text = ?, file = ? WHERE event_id = ?",
                arguments: [
                    after.quote?.stored, after.text?.stored, after.file.map { try Data.json($0) }, after.eventID.stored,
                ])
        }
        try store(turn)
    }

    /// Stores a message as one that a turn answers; a known one changes nothing.
    func insert(_ source: TurnSource, of turnID: String) throws {
        try execute(
            sql: """
                INSERT INTO turn_sources (event_id, turn_id, quote, text, file) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (event_id) DO NOTHING
                """,
            arguments: [
                source.eventID.stored, turnID.stored, source.quote?.stored, source.text?.stored,
                source.file.map { try Data.json($0) },
            ])
    }

    private func sources(of turnID: String) throws -> [TurnSource] {
        let statement = try cachedStatement(sql: "SELECT * FROM turn_sources WHERE turn_id = ? ORDER BY id")
        return try Row.fetchAll(statement, arguments: [turnID.stored]).map { row in
            TurnSource(
                eventID: try row.identifier("event_id"),
                quote: try row.optionalText("quote"),
                text: try row.optionalText("text"),
                file: try row.optionalJSON("file"))
        }
    }

    /// Stores what a change may alter; only a stopped turn keeps its run, and a turn that was done is open again.
    private func store(_ turn: Turn) throws {
        try execute(
            sql: """
                UPDATE turns SET source_event_id = ?, text = ?, files = ?, is_stop_requested = ?, is_withdrawn = ?
                WHERE turn_id = ?
                """,
            arguments: [
                turn.question.sourceEventID.stored, turn.question.text.stored, try Data.json(turn.question.files),
                turn.isStopRequested, turn.isWithdrawn, turn.turnID.stored,
            ])
        try execute(
            sql: """
                UPDATE turns SET revision = ?, state = 'queued', run_id = NULL, attempt = 0, ending = NULL,
                    answer = NULL, answer_files = NULL,
                    rendered_seq = NULL, rendered_text = NULL, rendered_files = NULL, remark = NULL, tokens_used = 0,
                    model = NULL, done_at = NULL
                WHERE turn_id = ? AND revision < ?
                """,
            arguments: [turn.revision, turn.turnID.stored, turn.revision])
    }
}
