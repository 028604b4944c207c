/// What can go wrong in this module: the database cannot be opened, read or written.
///
/// It holds no value of any row, so neither tokens nor what people wrote can reach a log through it.
package struct StoreError: Error, Sendable, CustomStringConvertible {
    /// The kind of an error.
    package struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Kind: String {
            case cannotOpen, corrupt, foreignDatabase, newerVersion, readOnly, diskFull, busy
            case inputOutput, unknownRecord, rejected, closed, otherAccount
        }

        private let kind: Kind

        /// The directory or the file cannot be created or opened.
        package static let cannotOpen = Code(kind: .cannotOpen)
        /// The file is no database, or is damaged.
        package static let corrupt = Code(kind: .corrupt)
        /// The file is a database of another program.
        package static let foreignDatabase = Code(kind: .foreignDatabase)
        /// The file was written by a newer version of this program.
        package static let newerVersion = Code(kind: .newerVersion)
        /// The file or its directory cannot be written.
        package static let readOnly = Code(kind: .readOnly)
        /// There is no space left for the write.
        package static let diskFull = Code(kind: .diskFull)
        /// Another process kept the database locked for too long.
        package static let busy = Code(kind: .busy)
        /// The operating system could not read or write the file.
        package static let inputOutput = Code(kind: .inputOutput)
        /// A call named a record that is not stored.
        package static let unknownRecord = Code(kind: .unknownRecord)
        /// The schema's checks refuse what was to be stored.
        package static let rejected = Code(kind: .rejected)
        /// The database belongs to another Matrix account.
        package static let otherAccount = Code(kind: .otherAccount)
        /// The database has been closed.
        package static let closed = Code(kind: .closed)

        /// The name of the code.
        package var description: String { kind.rawValue }
    }

    /// The kind of the error.
    package let code: Code
    /// What happened, where, and what to do about it.
    package let message: String
    /// SQLite's extended result code, where the error is one of SQLite's.
    package let resultCode: Int32?
    /// SQLite's own words, where the error is one of SQLite's.
    package let cause: String?

    /// Whether the same call may succeed later without anything else being changed in the program.
    package var isRetryable: Bool {
        code == .busy || code == .diskFull || code == .inputOutput
    }

    /// Code, message and cause.
    package var description: String {
        let reason = cause.map { " (SQLite \(resultCode ?? 0): \($0))" } ?? ""
        return "\(code): \(message)\(reason)"
    }

    /// Creates an error.
    init(_ code: Code, _ message: String, resultCode: Int32? = nil, cause: String? = nil) {
        self.code = code
        self.message = message
        self.resultCode = resultCode
        self.cause = cause
    }
}
