import GRDB
package import MatrixAPI

extension SQLiteBridgeStore {
    /// Ties the database to an account at its first use; rooms, messages and the sync token are that account's alone.
    ///
    /// Throws `otherAccount` when it belongs to another one already.
    package func claim(for userID: UserID) async throws {
        try await database.write("tie the database to an account") { [path = database.path] database in
            try database.execute(
                sql: "INSERT INTO account (id, user_id) VALUES (1, ?) ON CONFLICT (id) DO NOTHING",
                arguments: [userID.stored]
            )
            let owner = try Row.fetchOne(database, sql: "SELECT user_id FROM account")?.text("user_id")
            guard owner == userID.rawValue else {
                throw StoreError(
                    .otherAccount,
                    "\(path) belongs to \(owner ?? "another account"), not to \(userID); "
                        + "set store.directory to a directory of this account's own"
                )
            }
        }
    }
}
