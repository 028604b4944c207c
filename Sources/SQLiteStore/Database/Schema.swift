import GRDB

/// The versions of the database's schema, in order.
///
/// A migration that has been released never changes again; what comes next is a new one.
enum Schema {
    /// Marks a file as a database of this program in SQLite's header (`RILT` in ASCII).
    static let applicationID: Int32 = 0x5249_4C54

    /// Brings a database of any earlier version to the newest one.
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("v1") { try $0.execute(sql: version1 + "PRAGMA application_id = \(applicationID)") }
        return migrator
    }
}
