import Foundation
import Testing

@testable import rialto

@Suite("The lock of the data directory")
struct DataDirectoryLockTests {
    @Test("a second holder is refused with the first one's process id, and may come after it")
    func oneAtATime() async throws {
        try await withTestDirectory { directory in
            let data = directory + "/new/data"
            try await DataDirectoryLock.withLock(on: data) {
                let error = await #expect(throws: DataDirectoryLock.LockError.self) {
                    try await DataDirectoryLock.withLock(on: data) {}
                }
                #expect(error?.code == .held)
                #expect(
                    error?.message == "the data directory \(data) is in use by another rialto "
                        + "(process \(ProcessInfo.processInfo.processIdentifier)); stop that one first, "
                        + "or set store.directory to another folder"
                )
            }
            let reentered = try await DataDirectoryLock.withLock(on: data) { true }
            #expect(reentered)
        }
    }

    @Test("a file that a dead process left is taken over")
    func leftover() async throws {
        try await withTestDirectory { directory in
            let path = directory + "/rialto.lock"
            try "4194303000\nrest".write(toFile: path, atomically: true, encoding: .utf8)
            try await DataDirectoryLock.withLock(on: directory) {
                let content = try String(contentsOfFile: path, encoding: .utf8)
                #expect(content == "\(ProcessInfo.processInfo.processIdentifier)\n")
            }
        }
    }

    @Test("the lock ends when its holder fails")
    func releasedOnError() async throws {
        struct Failure: Error {}
        try await withTestDirectory { directory in
            await #expect(throws: Failure.self) {
                try await DataDirectoryLock.withLock(on: directory) { throw Failure() }
            }
            let reentered = try await DataDirectoryLock.withLock(on: directory) { true }
            #expect(reentered)
        }
    }

    @Test("a directory that cannot be made is an error that says so")
    func inaccessible() async throws {
        try await withTestDirectory { directory in
            try "".write(toFile: directory + "/file", atomically: true, encoding: .utf8)
            let error = await #expect(throws: DataDirectoryLock.LockError.self) {
                try await DataDirectoryLock.withLock(on: directory + "/file/data") {}
            }
            #expect(error?.code == .inaccessible)
        }
    }
}
