import GRDB
package import MatrixAPI

extension SQLiteBridgeStore {
    package func commandOffers(in roomID: RoomID) async throws -> [String: String] {
        try await database.read("read the offered commands") { database in
            let sql = "SELECT state_key, fingerprint FROM command_offers WHERE room_id = ?"
            let rows = try Row.fetchAll(database, sql: sql, arguments: [roomID.stored])
            return try Dictionary(
                rows.map { (try $0.text("state_key"), try $0.text("fingerprint")) }, uniquingKeysWith: { $1 })
        }
    }

    package func noteCommandOffer(_ fingerprint: String?, stateKey: String, in roomID: RoomID) async throws {
        try await database.write("store an offered command") { database in
            guard let fingerprint else {
                let sql = "DELETE FROM command_offers WHERE room_id = ? AND state_key = ?"
                return try database.execute(sql: sql, arguments: [roomID.stored, stateKey.stored])
            }
            try database.execute(
                sql: "INSERT OR REPLACE INTO command_offers (room_id, state_key, fingerprint) VALUES (?, ?, ?)",
                arguments: [roomID.stored, stateKey.stored, fingerprint.stored])
        }
    }
}
