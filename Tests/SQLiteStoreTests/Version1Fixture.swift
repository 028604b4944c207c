/// A database as the first version wrote it, frozen: every later version must open it and find all of it.
enum Version1Fixture {
    /// Tables and indexes.
    static let schema = """
        CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY);
        -- The one account whose rooms, messages and sync token these are.
        CREATE TABLE account (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            user_id TEXT NOT NULL
        );

        CREATE TABLE sync (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            next_batch TEXT NOT NULL,
            begun_at INTEGER NOT NULL DEFAULT 0
        );

        CREATE TABLE rooms (
            room_id TEXT NOT NULL PRIMARY KEY,
            membership TEXT NOT NULL CHECK (membership IN ('invited', 'joined', 'left')),
            joined_at INTEGER,
            is_marked_direct INTEGER NOT NULL CHECK (is_marked_direct IN (0, 1)),
            joined_members INTEGER NOT NULL,
            invited_members INTEGER NOT NULL,
            is_encrypted INTEGER NOT NULL CHECK (is_encrypted IN (0, 1)),
            name TEXT,
            successor TEXT
        ) WITHOUT ROWID;

        -- A settled item keeps its key when its content is pruned: what is known stays known.
        CREATE TABLE inbox (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            key TEXT NOT NULL UNIQUE,
            room_id TEXT NOT NULL,
            content BLOB,
            admitted_at INTEGER NOT NULL,
            settled_at INTEGER,
            CHECK (content IS NOT NULL OR settled_at IS NOT NULL)
        );
        CREATE INDEX inbox_open ON inbox (room_id, sequence) WHERE settled_at IS NULL;
        CREATE INDEX inbox_prunable ON inbox (settled_at) WHERE settled_at IS NOT NULL AND content IS NOT NULL;

        CREATE TABLE threads (
            thread_id TEXT NOT NULL PRIMARY KEY,
            room_id TEXT NOT NULL,
            root TEXT,
            is_current INTEGER NOT NULL CHECK (is_current IN (0, 1)),
            tokens_used INTEGER NOT NULL DEFAULT 0 CHECK (tokens_used >= 0),
            turns INTEGER NOT NULL DEFAULT 0 CHECK (turns >= 0),
            started_at INTEGER NOT NULL,
            title TEXT,
            is_archived INTEGER NOT NULL DEFAULT 0 CHECK (is_archived IN (0, 1)),
            model TEXT,
            passages BLOB
        ) WITHOUT ROWID;
        CREATE UNIQUE INDEX threads_of_timelines ON threads (room_id) WHERE is_current = 1 AND root IS NULL;
        CREATE UNIQUE INDEX threads_of_roots ON threads (room_id, root) WHERE is_current = 1 AND root IS NOT NULL;

        CREATE TABLE turns (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            turn_id TEXT NOT NULL UNIQUE,
            source_event_id TEXT NOT NULL,
            room_id TEXT NOT NULL,
            root TEXT,
            thread_id TEXT NOT NULL REFERENCES threads (thread_id),
            sender TEXT NOT NULL,
            text TEXT,
            state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'answered', 'done')),
            run_id TEXT,
            attempt INTEGER NOT NULL DEFAULT 0 CHECK (attempt >= 0),
            ending TEXT CHECK (ending IN ('complete', 'stopped', 'failed')),
            answer TEXT,
            remark TEXT,
            tokens_used INTEGER NOT NULL DEFAULT 0,
            is_stop_requested INTEGER NOT NULL DEFAULT 0 CHECK (is_stop_requested IN (0, 1)),
            done_at INTEGER,
            revision INTEGER NOT NULL DEFAULT 0 CHECK (revision >= 0),
            is_withdrawn INTEGER NOT NULL DEFAULT 0 CHECK (is_withdrawn IN (0, 1)),
            files BLOB,
            answer_files BLOB,
            rendered_seq INTEGER CHECK (rendered_seq >= 0),
            rendered_text TEXT,
            rendered_files BLOB,
            moved_at INTEGER,
            model TEXT,
            CHECK ((state = 'done') = (done_at IS NOT NULL)),
            CHECK (state <> 'answered' OR (ending IS NOT NULL AND answer IS NOT NULL)),
            CHECK (state = 'done' OR text IS NOT NULL)
        );
        CREATE INDEX turns_unfinished ON turns (id) WHERE state <> 'done';
        CREATE INDEX turns_of_rooms ON turns (room_id) WHERE state <> 'done';
        CREATE INDEX turns_of_roots ON turns (room_id, root) WHERE root IS NOT NULL;
        CREATE INDEX turns_prunable ON turns (done_at) WHERE done_at IS NOT NULL AND text IS NOT NULL;

        -- An event that was sent keeps its id when its content is pruned: replies to it are still recognized.
        CREATE TABLE outbox (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            turn_id TEXT REFERENCES turns (turn_id),
            part INTEGER NOT NULL,
            kind TEXT NOT NULL CHECK (kind IN ('draft', 'edit', 'final', 'message', 'file', 'redaction', 'notice')),
            room_id TEXT NOT NULL,
            type TEXT NOT NULL,
            content BLOB,
            thread_root TEXT,
            transaction_id TEXT NOT NULL UNIQUE,
            device_id TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('pending', 'sent', 'superseded', 'refused')),
            event_id TEXT,
            refusal TEXT,
            concluded_at INTEGER,
            stored_at INTEGER NOT NULL,
            CHECK ((state = 'sent') = (event_id IS NOT NULL)),
            CHECK ((state = 'refused') = (refusal IS NOT NULL)),
            CHECK ((state = 'pending') = (concluded_at IS NULL)),
            CHECK (state <> 'pending' OR content IS NOT NULL)
        );
        CREATE INDEX outbox_of_turns ON outbox (turn_id, id) WHERE turn_id IS NOT NULL;
        CREATE INDEX outbox_notices ON outbox (room_id, id) WHERE turn_id IS NULL AND state = 'pending';
        CREATE INDEX outbox_own_events ON outbox (event_id) WHERE event_id IS NOT NULL;
        CREATE INDEX outbox_of_roots ON outbox (room_id, thread_root) WHERE thread_root IS NOT NULL;
        CREATE INDEX outbox_prunable ON outbox (concluded_at)
            WHERE turn_id IS NULL AND concluded_at IS NOT NULL AND content IS NOT NULL;

        CREATE TABLE confirmations (
            user_id TEXT NOT NULL,
            room_id TEXT NOT NULL,
            root TEXT NOT NULL,
            command TEXT NOT NULL,
            asked_at INTEGER NOT NULL,
            options BLOB,
            PRIMARY KEY (user_id, room_id, root)
        ) WITHOUT ROWID;

        CREATE TABLE users (
            user_id TEXT NOT NULL PRIMARY KEY,
            external_id TEXT NOT NULL,
            platform TEXT NOT NULL,
            display_name TEXT,
            created_at INTEGER NOT NULL
        ) WITHOUT ROWID;

        -- Apart from users: settings can be changed for an id whose user was not seen here yet.
        CREATE TABLE user_settings (
            user_id TEXT NOT NULL PRIMARY KEY,
            settings BLOB NOT NULL
        ) WITHOUT ROWID;

        CREATE TABLE sessions (
            homeserver TEXT NOT NULL,
            user_id TEXT NOT NULL,
            device_id TEXT NOT NULL,
            access_token TEXT NOT NULL,
            refresh_token TEXT,
            expires_at INTEGER,
            PRIMARY KEY (homeserver, user_id)
        ) WITHOUT ROWID;

        -- The messages that a turn answers, in order; several where they came in quick succession.
        CREATE TABLE turn_sources (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            event_id TEXT NOT NULL UNIQUE,
            turn_id TEXT NOT NULL REFERENCES turns (turn_id),
            quote TEXT,
            text TEXT,
            file BLOB
        );
        CREATE INDEX turn_sources_of_turns ON turn_sources (turn_id, id);
        CREATE INDEX turns_of_places ON turns (room_id, root, id);
        CREATE INDEX turns_of_threads ON turns (thread_id, id);
        CREATE INDEX confirmations_of_rooms ON confirmations (room_id);

        CREATE INDEX threads_of_places ON threads (room_id, root, started_at);

        -- A place that goes on with a thread of another place.
        CREATE TABLE resumed_threads (
            room_id TEXT NOT NULL,
            root TEXT NOT NULL,
            thread_id TEXT NOT NULL REFERENCES threads (thread_id),
            PRIMARY KEY (room_id, root)
        ) WITHOUT ROWID;

        CREATE TABLE saves (
            user_id TEXT NOT NULL,
            name TEXT NOT NULL,
            thread_id TEXT NOT NULL REFERENCES threads (thread_id),
            saved_at INTEGER NOT NULL,
            passages BLOB,
            PRIMARY KEY (user_id, name)
        ) WITHOUT ROWID;

        -- What was published of the configured profile, so that it is not published again.
        CREATE TABLE published_profile (
            part TEXT NOT NULL PRIMARY KEY CHECK (part IN ('display_name', 'avatar')),
            fingerprint TEXT NOT NULL
        ) WITHOUT ROWID;

        -- Which descriptions of commands stand in the state of which room.
        CREATE TABLE command_offers (
            room_id TEXT NOT NULL,
            state_key TEXT NOT NULL,
            fingerprint TEXT NOT NULL,
            PRIMARY KEY (room_id, state_key)
        ) WITHOUT ROWID;
        """

    /// A row or two of each table.
    static let rows = """
        PRAGMA application_id = 1380535380;
        INSERT INTO grdb_migrations VALUES ('v1');
        INSERT INTO sync VALUES (1, 's72', 1700000000000);
        INSERT INTO rooms VALUES ('!lobby:example.org', 'joined', 1700000000000, 1, 2, 0, 1, 'Lobby', '!new');
        INSERT INTO inbox VALUES (1, '$1', '!lobby:example.org', NULL, 1700000000001, 1700000000002);
        INSERT INTO inbox VALUES (2, '$2', '!lobby:example.org',
            CAST('{"kind":{"event":{"_0":{"content":{"body":"Hello"},"event_id":"$2","origin_server_ts":1,'
                || '"sender":"@alice:example.org","type":"m.room.message"}}}}' AS BLOB), 1700000000001, NULL);
        INSERT INTO inbox VALUES (3, 'invite', '!attic:example.org',
            CAST('{"kind":{"invite":{"_0":{"from":"@alice:example.org","isEncrypted":false}}}}' AS BLOB), 3, NULL);
        INSERT INTO threads VALUES ('thr-1', '!lobby:example.org', NULL, 1, 30, 1, 1700000000002, 'Title', 0, 'large', NULL);
        INSERT INTO turns VALUES (1, 'turn-$1', '$1', '!lobby:example.org', NULL, 'thr-1', '@alice:example.org',
            'Question', 'answered', 'run-1', 2, 'stopped', 'Answer', 'Stopped.', 30, 0, NULL, 0, 0, NULL, NULL, NULL, NULL, NULL,
            NULL, 'large');
        INSERT INTO turn_sources VALUES (1, '$1', 'turn-$1', NULL, 'Question', NULL);
        INSERT INTO outbox VALUES (1, 'turn-$1', 0, 'draft', '!lobby:example.org', 'm.room.message',
            CAST('{"body":"Answer"}' AS BLOB), NULL, 'txn-1', 'RIALTO', 'sent', '$draft', NULL, 1700000000003,
            1700000000002);
        INSERT INTO confirmations VALUES ('@alice:example.org', '!lobby:example.org', '', 'reset', 1700000000004, NULL);
        INSERT INTO users VALUES
            ('usr-matrix-@alice:example.org', '@alice:example.org', 'matrix', 'Alice', 1700000000005);
        INSERT INTO user_settings VALUES ('usr-matrix-@alice:example.org',
            CAST('{"connectors":{},"plan":{},"safety":{},"skills":{"browser":true},"soul":{"name":"Ada"}}' AS BLOB));
        INSERT INTO command_offers VALUES ('!lobby:example.org', 'key', 'print');
        INSERT INTO sessions VALUES
            ('https://example.org', '@bot:example.org', 'RIALTO', 'syt_token', 'syr_token', 1700000000006);
        """
}
