import Foundation
import GRDB
import PlatformSDK

extension StoreError {
    /// Turns what GRDB throws into this module's error.
    ///
    /// GRDB's error is not kept: it holds the statement's arguments, and those can be tokens and texts of people.
    ///
    /// - Parameter action: What was being done, such as `read the inbox`.
    static func wrapping(_ error: any Error, action: String, path: String) -> any Error {
        switch error {
        case let error as StoreError: return error
        case is PlatformError, is CancellationError: return error
        case let error as DatabaseError: return StoreError(error, action: action, path: path)
        default:
            return StoreError(.corrupt, "Could not \(action): \(path) holds something unreadable (\(type(of: error))).")
        }
    }

    private init(_ error: DatabaseError, action: String, path: String) {
        let (code, advice) = Self.meaning(of: error.resultCode)
        self.init(
            code, "Could not \(action) in \(path): \(advice)",
            resultCode: error.extendedResultCode.rawValue, cause: error.message)
    }

    private static func meaning(of resultCode: ResultCode) -> (Code, String) {
        switch resultCode {
        case .SQLITE_NOTADB, .SQLITE_CORRUPT:
            (.corrupt, "the file is no SQLite database or is damaged; restore a backup, or move it away to begin anew.")
        case .SQLITE_FULL:
            (.diskFull, "the disk is full; free some space.")
        case .SQLITE_READONLY, .SQLITE_PERM:
            (.readOnly, "it cannot be written; check the owner and the permissions of the file and its directory.")
        case .SQLITE_CANTOPEN, .SQLITE_AUTH:
            (.cannotOpen, "it cannot be opened; check that the directory exists and belongs to this user.")
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            (.busy, "another process keeps the database locked; check that only one instance uses this directory.")
        case .SQLITE_IOERR, .SQLITE_NOLFS:
            (.inputOutput, "the operating system reports an I/O error; check the disk and the system's log.")
        case .SQLITE_CONSTRAINT, .SQLITE_TOOBIG, .SQLITE_MISMATCH:
            (.rejected, "the schema refuses the value.")
        default:
            (.rejected, "SQLite refuses the statement; this is a fault of the program.")
        }
    }
}
