import Foundation
import GRDB
import PlatformSDK
import TestSupport
import Testing

@testable import SQLiteStore

@Suite(.timeLimit(.minutes(1))) struct LogDurabilityTests {
    @Test func `log, archive and queue survive a restart`() async throws {
        try await withTemporaryDirectory { directory in
            let events = LogFixtures.answer(of: "run-1", deltas: 5)
            let snapshot = LogFixtures.snapshot(of: "run-0", isFinished: true)
            let item = WorkItem(id: "i1", payload: Data("work".utf8))
            try await withLogDatabase(in: directory) { database in
                let log = SQLiteEventLog(database: database)
                try await log.claim("run-1", attempt: 1)
                try await log.append(events, to: "run-1", attempt: 1)
                try await log.trim("run-1", through: 2)
                try await SQLiteRunArchive(database: database).store(snapshot)
                let queue = try await SQLiteWorkQueue.open(WorkQueueSubject.configuration, in: database)
                try await queue.enqueue(item)
                _ = try await queue.claim(group: "agents", consumer: "a", limit: 1)
            }
            try await withLogDatabase(in: directory) { database in
                let log = SQLiteEventLog(database: database)
                let unfinished = try await log.unfinishedRuns(after: nil, limit: 9)
                #expect(unfinished == [RunState(runID: "run-1", attempt: 1, lastSeq: 6, isSealed: false)])
                let rest = try await log.read("run-1", after: LogCursor(attempt: 1, seq: 2))
                #expect(rest.frames == events.dropFirst(2).map(LogFrame.event))
                let reset = LogFrame.reset(LogFixtures.snapshot(of: events))
                #expect(try await log.read("run-1").frames == [reset])
                let archive = SQLiteRunArchive(database: database)
                #expect(try await archive.finishedTurns(of: "thr-1", last: 1) == [snapshot])
                let queue = try await SQLiteWorkQueue.open(WorkQueueSubject.configuration, in: database)
                let resumed = try await queue.resume(group: "agents", consumer: "a", limit: 1)
                #expect(resumed == [WorkDelivery(item: item, deliveries: 2)])
                #expect(try await !queue.enqueue(item))
            }
        }
    }

    @Test func `what was appended is on the disk, whole batches only, while others are being written`() async throws {
        try await withTemporaryDirectory { directory in
            try await withLogDatabase(in: directory) { database in
                let log = SQLiteEventLog(database: database)
                let copy = directory.url.appendingPathComponent("copy", isDirectory: true)
                let durable = try await withThrowingTaskGroup(of: Void.self) { group in
                    for writer in 0..<4 {
                        group.addTask {
                            let runID = "run-\(writer)"
                            try await log.claim(runID, attempt: 1)
                            let events = LogFixtures.answer(of: runID, deltas: 199)
                            for batch in stride(from: 0, to: 200, by: 10) {
                                try await log.append(Array(events[batch..<batch + 10]), to: runID, attempt: 1)
                            }
                        }
                    }
                    try await eventually("some batches are stored") {
                        ((try? await log.state(of: "run-0"))?.lastSeq ?? 0) >= 50
                    }
                    let durable = try await log.state(of: "run-0").lastSeq
                    // What a power loss would leave behind: the files as they are now.
                    try FileManager.default.createDirectory(at: copy, withIntermediateDirectories: true)
                    for name in [LogDatabase.fileName + "-wal", LogDatabase.fileName] {
                        try FileManager.default.copyItem(
                            at: directory.url.appendingPathComponent(name), to: copy.appendingPathComponent(name))
                    }
                    try await group.waitForAll()
                    return durable
                }
                let revived = try await LogDatabase.open(in: copy)
                let log2 = SQLiteEventLog(database: revived)
                let state = try await log2.state(of: "run-0")
                #expect(state.lastSeq >= durable)
                for run in try await log2.unfinishedRuns(after: nil, limit: 9) {
                    #expect(run.lastSeq % 10 == 0)
                    let page = try await log2.read(run.runID, after: .start, limit: 500)
                    let expected = LogFixtures.answer(of: run.runID, deltas: 199).prefix(run.lastSeq)
                    #expect(page.frames == expected.map(LogFrame.event))
                }
                try await revived.close()
            }
        }
    }

    @Test func `a write that SQLite refuses takes no other one with it`() async throws {
        try await withLogDatabase { database in
            let log = SQLiteEventLog(database: database)
            try await log.claim("run-1", attempt: 1)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<20 {
                    group.addTask {
                        await #expect(throws: StoreError.self) {
                            try await database.write("break a rule") { database in
                                try database.execute(sql: "INSERT INTO runs (run_id, attempt) VALUES ('half', 1)")
                                try database.execute(sql: "INSERT INTO runs (run_id, attempt) VALUES ('bad', 0)")
                            }
                        }
                    }
                    group.addTask { try await log.claim("other-\(number)", attempt: 1) }
                }
                try await group.waitForAll()
            }
            #expect(try await log.unfinishedRuns(after: nil, limit: 50).count == 21)
        }
    }

    @Test func `what is to be synced waits for the disk, whatever shares its transaction`() async throws {
        let level: @Sendable (Database) throws -> Int? = { try Int.fetchOne($0, sql: "PRAGMA synchronous") }
        let (normal, full) = (1, 2)
        try await withLogDatabase { database in
            #expect(try await database.write("look", .synced, level) == full)
            #expect(try await database.write("look", .written, level) == normal)
            try await withThrowingTaskGroup(of: (Durability, Int?).self) { group in
                for number in 0..<200 {
                    let durability: Durability = number.isMultiple(of: 3) ? .synced : .written
                    group.addTask { (durability, try await database.write("look", durability, level)) }
                }
                for try await (durability, level) in group where durability == .synced { #expect(level == full) }
            }
        }
    }

    @Test func `a closed database says so`() async throws {
        try await withTemporaryDirectory { directory in
            let database = try await LogDatabase.open(in: directory.url)
            let log = SQLiteEventLog(database: database)
            try await log.claim("run-1", attempt: 1)
            try await database.close()
            let error = await #expect(throws: StoreError.self) { try await log.claim("run-1", attempt: 2) }
            #expect(error?.code == .closed)
            let reading = await #expect(throws: StoreError.self) { try await log.read("run-1") }
            #expect(reading?.code == .closed)
        }
    }

    @Test func `the bridge's database is not taken for a log, nor the other way round`() async throws {
        try await withTemporaryDirectory { directory in
            try await withDatabase(in: directory) { _ in }
            try FileManager.default.moveItem(
                atPath: directory.databasePath, toPath: directory.file(LogDatabase.fileName))
            let error = await #expect(throws: StoreError.self) { try await LogDatabase.open(in: directory.url) }
            #expect(error?.code == .foreignDatabase)
        }
    }

    @Test func `a queue drops what a group had to do that it no longer has`() async throws {
        try await withLogDatabase { database in
            let before = try await SQLiteWorkQueue.open(
                WorkQueueConfiguration(name: "work", groups: ["old", "new"], capacity: 2), in: database)
            try await before.enqueue(WorkItem(id: "i1", payload: Data()))
            _ = try await before.claim(group: "new", consumer: "a", limit: 1)
            try await before.acknowledge(["i1"], group: "new")
            try await before.enqueue(WorkItem(id: "i2", payload: Data()))
            let after = try await SQLiteWorkQueue.open(
                WorkQueueConfiguration(name: "work", groups: ["new"], capacity: 2), in: database)
            #expect(try await after.enqueue(WorkItem(id: "i3", payload: Data())))
            #expect(try await after.backlog(group: "new") == 2)
        }
    }
}
