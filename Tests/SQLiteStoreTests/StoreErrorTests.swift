import GRDB
import Testing

@testable import SQLiteStore

@Suite struct StoreErrorTests {
    private static let meanings: [(ResultCode, StoreError.Code, isRetryable: Bool)] = [
        (.SQLITE_NOTADB, .corrupt, false),
        (.SQLITE_CORRUPT_VTAB, .corrupt, false),
        (.SQLITE_FULL, .diskFull, true),
        (.SQLITE_READONLY_DIRECTORY, .readOnly, false),
        (.SQLITE_CANTOPEN, .cannotOpen, false),
        (.SQLITE_BUSY_SNAPSHOT, .busy, true),
        (.SQLITE_LOCKED, .busy, true),
        (.SQLITE_IOERR_FSYNC, .inputOutput, true),
        (.SQLITE_CONSTRAINT_CHECK, .rejected, false),
        (.SQLITE_ERROR, .rejected, false),
    ]

    @Test(arguments: meanings)
    func `each of SQLite's errors has a meaning, and none shows a value`(
        resultCode: ResultCode, code: StoreError.Code, isRetryable: Bool
    ) throws {
        let cause = DatabaseError(
            resultCode: resultCode, message: "its own words", sql: "SELECT ?", arguments: ["syt_secret"],
            publicStatementArguments: true)
        let error = try #require(StoreError.wrapping(cause, action: "read it", path: "/data/x") as? StoreError)
        #expect(error.code == code)
        #expect(error.isRetryable == isRetryable)
        #expect(error.resultCode == resultCode.rawValue)
        for part in ["read it", "/data/x", "its own words", code.description] {
            #expect(error.description.contains(part))
        }
        var dumped = ""
        dump(error, to: &dumped)
        #expect(!dumped.contains("syt_secret"))
    }

    @Test func `a cancelled read stays a cancellation`() {
        #expect(StoreError.wrapping(CancellationError(), action: "read it", path: "/data/x") is CancellationError)
    }
}
