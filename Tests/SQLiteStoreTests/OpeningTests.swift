import Bridge
import Foundation
import GRDB
import MatrixAPI
import TestSupport
import Testing

@testable import SQLiteStore

@Suite struct OpeningTests {
    @Test func `directory and files are for their owner only`() async throws {
        try await withTemporaryDirectory { parent in
            let directory = parent.url.appendingPathComponent("new/data", isDirectory: true)
            let database = try await BridgeDatabase.open(in: directory)
            _ = try await SQLiteBridgeStore(database: database).admit(.init(nextBatch: "s1"))
            #expect(try mode(directory.path) == 0o700)
            for suffix in ["", "-wal", "-shm"] {
                #expect(try mode(database.path + suffix) == 0o600, "\(suffix)")
            }
            try await database.close()
        }
    }

    @Test func `a file that others could read is closed to them, its directory left alone`() async throws {
        try await withTemporaryDirectory { directory in
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: directory.path)
            try directory.write("", to: BridgeDatabase.fileName)
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: directory.databasePath)
            try await withDatabase(in: directory) { _ throws in
                #expect(try mode(directory.databasePath) == 0o600)
                #expect(try mode(directory.path) == 0o755)
            }
        }
    }

    @Test func `every commit is flushed, every reference checked`() async throws {
        try await withDatabase { database in
            let settings = try await database.write("look") { database in
                try ["journal_mode", "synchronous", "foreign_keys", "secure_delete", "cache_size"].map {
                    try String.fetchOne(database, sql: "PRAGMA \($0)")
                }
            }
            #expect(settings == ["wal", "2", "1", "1", "-1024"])
        }
    }

    @Test(arguments: ["not a database, but long enough to have a header of a hundred bytes", "SQLite format 3\0"])
    func `a file that is no database is refused and kept`(_ start: String) async throws {
        try await withTemporaryDirectory { directory in
            let text = start + String(repeating: "x", count: 8192)
            try directory.write(text, to: BridgeDatabase.fileName)
            let error = try await openingFailure(in: directory)
            #expect(error.code == .corrupt)
            #expect(!error.isRetryable)
            #expect(error.description.contains(directory.databasePath))
            #expect(try String(contentsOfFile: directory.databasePath, encoding: .utf8) == text)
        }
    }

    @Test func `a damaged page is reported as such`() async throws {
        try await withTemporaryDirectory { directory in
            try await withDatabase(in: directory) { _ in }
            let file = try FileHandle(forUpdating: URL(fileURLWithPath: directory.databasePath))
            try file.seek(toOffset: 100)
            try file.write(contentsOf: Data(repeating: 0xFF, count: 60_000))
            try file.close()
            let error = try await openingFailure(in: directory)
            #expect(error.code == .corrupt)
        }
    }

    @Test func `a database of another program is refused`() async throws {
        try await withTemporaryDirectory { directory in
            let other = try DatabaseQueue(path: directory.databasePath)
            try await other.write { try $0.execute(sql: "CREATE TABLE things (id INTEGER PRIMARY KEY)") }
            try other.close()
            let error = try await openingFailure(in: directory)
            #expect(error.code == .foreignDatabase)
        }
    }

    @Test func `a database of a newer version is refused`() async throws {
        try await withTemporaryDirectory { directory in
            try await withDatabase(in: directory) { database in
                try await database.write("pretend") {
                    try $0.execute(sql: "INSERT INTO grdb_migrations (identifier) VALUES ('v999')")
                }
            }
            let error = try await openingFailure(in: directory)
            #expect(error.code == .newerVersion)
            #expect(error.message.contains("newer version of Rialto"))
        }
    }

    @Test(arguments: ["/proc/rialto", "/dev/null/rialto"])
    func `a directory that cannot be made is reported by name`(_ path: String) async throws {
        let error = await #expect(throws: StoreError.self) {
            try await BridgeDatabase.open(in: URL(fileURLWithPath: path, isDirectory: true))
        }
        #expect(error?.code == .cannotOpen)
        #expect(error?.message.contains(path) == true)
    }

    @Test func `a directory in which no file can be made is reported by name`() async throws {
        let error = await #expect(throws: StoreError.self) {
            try await BridgeDatabase.open(in: URL(fileURLWithPath: "/proc/self", isDirectory: true))
        }
        #expect(error?.code == .cannotOpen)
        #expect(error?.message.contains("/proc/self/bridge.sqlite") == true)
    }

    @Test func `a new file can be opened from several sides at once`() async throws {
        try await withTemporaryDirectory { directory in
            try await withThrowingTaskGroup(of: BridgeDatabase.self) { group in
                for _ in 0..<4 { group.addTask { try await BridgeDatabase.open(in: directory.url) } }
                var databases: [BridgeDatabase] = []
                for try await database in group { databases.append(database) }
                for (index, database) in databases.enumerated() {
                    let item = BridgeStoreFixtures.item(EventID("$\(index)"))
                    _ = try await SQLiteBridgeStore(database: database).admit(.init(nextBatch: "s", items: [item]))
                }
                let count = try await databases[0].read("count") {
                    try Int.fetchOne($0, sql: "SELECT count(*) FROM inbox")
                }
                #expect(count == 4)
                for database in databases { try await database.close() }
            }
        }
    }

    @Test func `a closed database is one file`() async throws {
        try await withTemporaryDirectory { directory in
            try await withDatabase(in: directory) { database in
                let store = SQLiteBridgeStore(database: database)
                _ = try await store.admit(.init(nextBatch: "s1", items: [BridgeStoreFixtures.item("$1")]))
                _ = try await store.rooms()
            }
            let log = try? FileManager.default.attributesOfItem(atPath: directory.databasePath + "-wal")[.size]
            #expect((log as? NSNumber)?.intValue ?? 0 == 0)
            try await withTemporaryDirectory { copy in
                try FileManager.default.copyItem(atPath: directory.databasePath, toPath: copy.databasePath)
                try await withDatabase(in: copy) { database async throws in
                    #expect(try await SQLiteBridgeStore(database: database).syncToken() == "s1")
                }
            }
        }
    }

    @Test func `a closed database says so`() async throws {
        try await withTemporaryDirectory { directory in
            let database = try await BridgeDatabase.open(in: directory.url)
            try await database.close()
            let store = SQLiteBridgeStore(database: database)
            let reading = await #expect(throws: StoreError.self) { try await store.syncToken() }
            #expect(reading?.code == .closed)
            let writing = await #expect(throws: StoreError.self) { try await store.finish("turn-$1") }
            #expect(writing?.code == .closed)
        }
    }

    private func openingFailure(in directory: TemporaryDirectory) async throws -> StoreError {
        try #require(
            await #expect(throws: StoreError.self) { try await BridgeDatabase.open(in: directory.url) })
    }

    private func mode(_ path: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return try #require(attributes[.posixPermissions] as? NSNumber).intValue & 0o777
    }
}
