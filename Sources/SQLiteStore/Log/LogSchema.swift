import GRDB

/// The versions of the log database's schema, in order.
///
/// A migration that has been released never changes again; what comes next is a new one.
enum LogSchema {
    /// Marks a file as a log database of this program in SQLite's header (`RILL` in ASCII).
    static let applicationID: Int32 = 0x5249_4C4C

    /// Brings a database of any earlier version to the newest one.
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("v1") { try $0.execute(sql: version1 + "PRAGMA application_id = \(applicationID)") }
        return migrator
    }

    /// The first version. Times are milliseconds since 1970; an event, a response and a base are JSON.
    static let version1 = """
        -- A run's base is the response that its trimmed events have made, and who wrote the last of them.
        CREATE TABLE runs (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            run_id TEXT NOT NULL UNIQUE,
            attempt INTEGER NOT NULL CHECK (attempt > 0),
            last_seq INTEGER NOT NULL DEFAULT 0 CHECK (last_seq >= 0),
            trimmed_through INTEGER NOT NULL DEFAULT 0 CHECK (trimmed_through BETWEEN 0 AND last_seq),
            base BLOB,
            base_attempt INTEGER,
            sealed_at INTEGER,
            CHECK ((trimmed_through > 0) = (base IS NOT NULL)),
            CHECK ((base IS NULL) = (base_attempt IS NULL))
        );
        CREATE INDEX runs_unfinished ON runs (run_id) WHERE sealed_at IS NULL;
        CREATE INDEX runs_sealed ON runs (sealed_at) WHERE sealed_at IS NOT NULL;

        CREATE TABLE events (
            run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
            seq INTEGER NOT NULL CHECK (seq > 0),
            attempt INTEGER NOT NULL CHECK (attempt > 0),
            event BLOB NOT NULL,
            PRIMARY KEY (run, seq)
        ) WITHOUT ROWID;

        -- No reference to runs: a snapshot outlives its run in the log.
        CREATE TABLE snapshots (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            run_id TEXT NOT NULL UNIQUE,
            turn_id TEXT NOT NULL,
            thread_id TEXT NOT NULL,
            attempt INTEGER NOT NULL CHECK (attempt >= 0),
            seq INTEGER NOT NULL CHECK (seq >= 0),
            is_finished INTEGER NOT NULL CHECK (is_finished IN (0, 1)),
            response BLOB NOT NULL,
            stored_at INTEGER NOT NULL
        );
        CREATE INDEX snapshots_of_threads ON snapshots (thread_id, turn_id, id, is_finished);
        CREATE INDEX snapshots_by_age ON snapshots (stored_at);

        -- An item that is done keeps its id for a time: what is known stays known.
        CREATE TABLE work_items (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            queue TEXT NOT NULL,
            item_id TEXT NOT NULL,
            payload BLOB,
            done_at INTEGER,
            UNIQUE (queue, item_id),
            CHECK ((payload IS NULL) = (done_at IS NOT NULL))
        );
        CREATE INDEX work_items_open ON work_items (queue) WHERE done_at IS NULL;
        CREATE INDEX work_items_done ON work_items (queue, done_at) WHERE done_at IS NOT NULL;

        -- What a group still has to do: an item waits while no consumer has it.
        CREATE TABLE work_deliveries (
            item INTEGER NOT NULL REFERENCES work_items (id) ON DELETE CASCADE,
            consumer_group TEXT NOT NULL,
            queue TEXT NOT NULL,
            consumer TEXT,
            deliveries INTEGER NOT NULL DEFAULT 0 CHECK (deliveries >= 0),
            since INTEGER,
            PRIMARY KEY (item, consumer_group),
            CHECK ((consumer IS NULL) = (deliveries = 0)),
            CHECK ((consumer IS NULL) = (since IS NULL))
        ) WITHOUT ROWID;
        CREATE INDEX work_waiting ON work_deliveries (queue, consumer_group, item) WHERE consumer IS NULL;
        CREATE INDEX work_pending ON work_deliveries (queue, consumer_group, item, since)
            WHERE consumer IS NOT NULL;

        CREATE TABLE dead_letters (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            queue TEXT NOT NULL,
            consumer_group TEXT NOT NULL,
            item_id TEXT NOT NULL,
            payload BLOB NOT NULL,
            deliveries INTEGER NOT NULL
        );
        CREATE INDEX dead_letters_of_groups ON dead_letters (queue, consumer_group, id);

        -- One row for each attempt of a run. No reference to runs: what was spent outlives the run in the log.
        -- A day is counted from 1970-01-01, in UTC.
        CREATE TABLE usage (
            run_id TEXT NOT NULL,
            attempt INTEGER NOT NULL CHECK (attempt > 0),
            user_id TEXT NOT NULL,
            thread_id TEXT NOT NULL,
            provider_id TEXT NOT NULL,
            model_id TEXT NOT NULL,
            day INTEGER NOT NULL,
            prompt_tokens INTEGER NOT NULL CHECK (prompt_tokens >= 0),
            completion_tokens INTEGER NOT NULL CHECK (completion_tokens >= 0),
            total_tokens INTEGER NOT NULL CHECK (total_tokens >= 0),
            cached_tokens INTEGER CHECK (cached_tokens >= 0),
            reasoning_tokens INTEGER CHECK (reasoning_tokens >= 0),
            microdollars INTEGER CHECK (microdollars >= 0),
            PRIMARY KEY (run_id, attempt)
        ) WITHOUT ROWID;
        CREATE INDEX usage_of_days ON usage (day, total_tokens, microdollars);
        CREATE INDEX usage_of_users ON usage (user_id, day, total_tokens, microdollars);
        CREATE INDEX usage_of_threads ON usage (thread_id, user_id, day, total_tokens, microdollars);
        """
}
