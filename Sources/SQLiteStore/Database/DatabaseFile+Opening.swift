import Foundation
import GRDB

extension DatabaseFile {
    /// Creates directory and file where they are missing, and keeps other users away from the file.
    ///
    /// SQLite gives the files beside it, `-wal` and `-shm`, the file's mode.
    static func createFile(in directory: URL, path: String) throws {
        let files = FileManager.default
        do {
            try files.createDirectory(
                at: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw StoreError(
                .cannotOpen,
                "Could not create the directory \(directory.path); choose another one, or give this user access to it.")
        }
        if files.fileExists(atPath: path) {
            // By path: closing a descriptor of the file would drop the locks that this process may hold on it.
            try? files.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        } else {
            // Exclusive: a file that another process creates just now must not be opened here, for the same reason.
            let descriptor = Foundation.open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0o600)
            guard descriptor >= 0 || errno == EEXIST else {
                let reason = String(cString: strerror(errno))
                throw StoreError(
                    errno == ENOSPC ? .diskFull : .cannotOpen,
                    "Could not create \(path): \(reason); check the owner and the permissions of its directory.")
            }
            if descriptor >= 0 { Foundation.close(descriptor) }
        }
    }

    /// How each connection is set up.
    static func configuration(of kind: Kind, path: String) -> Configuration {
        var configuration = Configuration()
        configuration.label = "rialto.\(kind.fileName)"
        configuration.maximumReaderCount = kind.readers
        configuration.busyMode = .timeout(5)
        configuration.foreignKeysEnabled = true
        configuration.prepareDatabase { database in
            // Deleted tokens and texts are overwritten; the log shrinks after a burst; no cache grows past 1 MiB.
            try database.execute(
                sql: """
                    PRAGMA cache_size = -1024;
                    PRAGMA temp_store = MEMORY;
                    PRAGMA secure_delete = ON;
                    PRAGMA trusted_schema = OFF;
                    PRAGMA journal_size_limit = 8388608;
                    """)
            // Here rather than after opening, which would already have changed another program's file.
            try refuseForeignDatabase(database, kind: kind, path: path)
        }
        return configuration
    }

    /// Brings the database to the newest schema.
    static func migrate(_ pool: DatabasePool, with migrator: DatabaseMigrator, path: String) throws {
        guard try !pool.read(migrator.hasBeenSuperseded) else {
            throw StoreError(
                .newerVersion,
                "\(path) was written by a newer version of Rialto; install that version or restore an older backup.")
        }
        do {
            try migrator.migrate(pool)
        } catch {
            // Another process that opens the same new file may have been faster; then all is done.
            guard try pool.read(migrator.hasCompletedMigrations) else { throw error }
        }
    }

    private static func refuseForeignDatabase(_ database: Database, kind: Kind, path: String) throws {
        let applicationID = try Int32.fetchOne(database, sql: "PRAGMA application_id")
        guard applicationID != kind.applicationID else { return }
        // An empty database has no mark yet; neither has one whose first migration was cut off.
        let tables = try Int.fetchOne(
            database, sql: "SELECT count(*) FROM sqlite_schema WHERE name NOT LIKE '%grdb_migrations%'")
        guard applicationID == 0, tables == 0 else {
            throw StoreError(
                .foreignDatabase,
                "\(path) is a database of another program; choose another directory for the store.")
        }
    }
}
