package import Bridge
import Foundation
import GRDB
package import MatrixAPI

extension SQLiteBridgeStore {
    package func syncToken() async throws -> String? {
        try await database.read("read the sync token") { database in
            try Row.fetchOne(database, sql: "SELECT next_batch FROM sync")?.text("next_batch")
        }
    }

    package func firstSync() async throws -> Int64? {
        try await database.read("read the time of the first sync") { database in
            try Row.fetchOne(database, sql: "SELECT begun_at FROM sync")?.value("begun_at")
        }
    }

    package func admit(_ admission: Admission) async throws -> [RoomID] {
        try await database.write("store a sync response") { [now] database in
            let admittedAt = now().milliseconds
            try database.cachedStatement(
                sql: """
                    INSERT INTO sync (id, next_batch, begun_at) VALUES (1, ?, ?)
                    ON CONFLICT (id) DO UPDATE SET next_batch = excluded.next_batch
                    """
            ).execute(arguments: [admission.nextBatch.stored, admittedAt])
            for room in admission.rooms { try database.store(room) }
            let insert = try database.cachedStatement(
                sql: """
                    INSERT INTO inbox (key, room_id, content, admitted_at) VALUES (?, ?, ?, ?)
                    ON CONFLICT (key) DO NOTHING
                    """)
            var changed: [RoomID] = []
            var seen: Set<RoomID> = []
            for item in admission.items {
                let content = try Data.json(StoredContent(item.content))
                try insert.execute(arguments: [item.key.stored, item.roomID.stored, content, admittedAt])
                guard database.changesCount > 0, seen.insert(item.roomID).inserted else { continue }
                changed.append(item.roomID)
            }
            return changed
        }
    }

    package func isAdmitted(_ key: String) async throws -> Bool {
        try await database.read("look an inbox item up") { database in
            let statement = try database.cachedStatement(sql: "SELECT 1 FROM inbox WHERE key = ?")
            return try Row.fetchOne(statement, arguments: [key.stored]) != nil
        }
    }

    package func rooms() async throws -> [BridgeRoom] {
        try await database.read("read the rooms") { database in
            try Row.fetchAll(database, sql: "SELECT * FROM rooms ORDER BY room_id").map(BridgeRoom.init(row:))
        }
    }

    package func update(_ room: BridgeRoom) async throws {
        try await database.write("store a room") { try $0.store(room) }
    }

    package func roomsWithOpenItems() async throws -> [RoomID] {
        try await database.read("read the open rooms") { database in
            let sql = """
                SELECT room_id FROM inbox WHERE settled_at IS NULL GROUP BY room_id ORDER BY min(sequence)
                """
            return try Row.fetchAll(database, sql: sql).map { try $0.identifier("room_id") }
        }
    }

    package func nextOpenItem(in roomID: RoomID) async throws -> InboxItem? {
        try await database.read("read the inbox") { database in
            let sql = """
                SELECT sequence, key, content FROM inbox
                WHERE room_id = ? AND settled_at IS NULL ORDER BY sequence LIMIT 1
                """
            let statement = try database.cachedStatement(sql: sql)
            guard let row = try Row.fetchOne(statement, arguments: [roomID.stored]) else { return nil }
            return InboxItem(
                sequence: try row.value("sequence"),
                key: try row.text("key"),
                roomID: roomID,
                content: try row.json("content", as: StoredContent.self).content)
        }
    }

    package func settle(_ settlement: Settlement) async throws {
        try await database.write("settle an inbox item") { [now] database in
            let sequence = settlement.sequence
            let sql = "SELECT room_id, settled_at FROM inbox WHERE sequence = ?"
            guard let row = try Row.fetchOne(database, sql: sql, arguments: [sequence]) else {
                throw StoreError(.unknownRecord, "There is no inbox item \(sequence).")
            }
            guard try row.optional("settled_at", as: Int64.self) == nil else { return }
            let settledAt = now().milliseconds
            if settlement.stopsTurns { try database.stopTurns(in: row.identifier("room_id")) }
            if let change = settlement.conversation { try database.apply(change) }
            if let newThread = settlement.newThread { try database.begin(newThread, at: settledAt) }
            if let turn = settlement.turn {
                let isMerged = try settlement.mergesTurn && database.merge(turn)
                if !isMerged { try database.insert(turn) }
            }
            if let change = settlement.change { try database.apply(change) }
            if let welcome = settlement.welcome { _ = try database.insert(welcome, at: settledAt) }
            if let reply = settlement.reply { _ = try database.insert(reply, at: settledAt) }
            if let change = settlement.confirmation { try database.apply(change) }
            if let move = settlement.move { try database.apply(move, from: row.identifier("room_id"), at: settledAt) }
            try database.execute(
                sql: "UPDATE inbox SET settled_at = ? WHERE sequence = ?", arguments: [settledAt, sequence])
        }
    }

    package func openConfirmation(of userID: UserID, at place: ThreadPlace) async throws -> Confirmation? {
        try await database.read("read the open question") { database in
            let sql =
                "SELECT command, asked_at, options FROM confirmations WHERE user_id = ? AND room_id = ? AND root = ?"
            let arguments: StatementArguments = [userID.stored, place.roomID.stored, place.storedRoot]
            guard let row = try Row.fetchOne(database, sql: sql, arguments: arguments) else { return nil }
            return Confirmation(
                userID: userID, place: place, command: try row.text("command"), askedAt: try row.value("asked_at"),
                options: try row.optionalJSON("options") ?? [])
        }
    }
}

extension Database {
    /// Stores a room as it now is; one that was encrypted stays so.
    fileprivate func store(_ room: BridgeRoom) throws {
        try cachedStatement(
            sql: """
                INSERT INTO rooms (room_id, membership, joined_at, is_marked_direct, joined_members, invited_members,
                    is_encrypted, name, successor)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (room_id) DO UPDATE SET
                    membership = excluded.membership, joined_at = excluded.joined_at,
                    is_marked_direct = excluded.is_marked_direct, joined_members = excluded.joined_members,
                    invited_members = excluded.invited_members,
                    is_encrypted = max(is_encrypted, excluded.is_encrypted), name = excluded.name,
                    successor = excluded.successor
                """
        ).execute(arguments: [
            room.roomID.stored, room.membership.rawValue, room.joinedAt, room.isMarkedDirect, room.joinedMembers,
            room.invitedMembers, room.isEncrypted, room.name?.stored, room.successor?.stored,
        ])
    }

    fileprivate func apply(_ change: Settlement.ConfirmationChange) throws {
        switch change {
        case .ask(let question):
            try execute(
                sql: """
                    INSERT OR REPLACE INTO confirmations (user_id, room_id, root, command, asked_at, options)
                    VALUES (?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    question.userID.stored, question.place.roomID.stored, question.place.storedRoot,
                    question.command.stored, question.askedAt,
                    question.options.isEmpty ? nil : try Data.json(question.options),
                ])
        case .close(let userID, let place):
            try execute(
                sql: "DELETE FROM confirmations WHERE user_id = ? AND room_id = ? AND root = ?",
                arguments: [userID.stored, place.roomID.stored, place.storedRoot])
        }
    }
}

extension ThreadPlace {
    /// The root as a key that is never null: the main timeline has the empty one, which no event has.
    var storedRoot: StoredText { (root ?? EventID("")).stored }
}

extension BridgeRoom {
    /// Reads a row of `rooms`.
    fileprivate init(row: Row) throws {
        self.init(
            roomID: try row.identifier("room_id"),
            membership: try row.named("membership"),
            joinedAt: try row.optional("joined_at"),
            isMarkedDirect: try row.value("is_marked_direct"),
            joinedMembers: try row.value("joined_members"),
            invitedMembers: try row.value("invited_members"),
            isEncrypted: try row.value("is_encrypted"),
            name: try row.optionalText("name"),
            successor: try row.optionalIdentifier("successor"))
    }
}

/// What has arrived, as the JSON that the inbox holds.
private struct StoredContent: Codable {
    private struct Invite: Codable {
        var from: UserID
        var isEncrypted: Bool
    }

    private struct Upgrade: Codable {
        var to: RoomID
        var by: UserID
    }

    private struct Departure: Codable {
        var by: UserID?
        var isBanned: Bool
    }

    private enum Kind: Codable {
        case event(RoomEvent)
        case invite(Invite)
        case upgrade(Upgrade)
        case departure(Departure)
    }

    private var kind: Kind

    init(_ content: InboxContent) {
        switch content {
        case .event(let event): kind = .event(event)
        case .invite(let from, let isEncrypted): kind = .invite(Invite(from: from, isEncrypted: isEncrypted))
        case .upgrade(let successor, let sender): kind = .upgrade(Upgrade(to: successor, by: sender))
        case .departure(let sender, let isBanned): kind = .departure(Departure(by: sender, isBanned: isBanned))
        }
    }

    var content: InboxContent {
        switch kind {
        case .event(let event): .event(event)
        case .invite(let invite): .invite(from: invite.from, isEncrypted: invite.isEncrypted)
        case .upgrade(let upgrade): .upgrade(to: upgrade.to, by: upgrade.by)
        case .departure(let departure): .departure(by: departure.by, isBanned: departure.isBanned)
        }
    }
}
