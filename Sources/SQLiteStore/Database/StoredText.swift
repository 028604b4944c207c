import Foundation
import GRDB
import MatrixAPI

/// A string as a column holds it: text, or a blob of its UTF-8 where it contains a NUL.
///
/// SQLite binds text up to the first NUL. Stored that way, two ids that differ behind a NUL would be one. The
/// form depends on the string alone, so equality and uniqueness in SQL are those of the bytes.
struct StoredText: DatabaseValueConvertible {
    /// The string.
    let string: String

    /// The string as text or, with a NUL in it, as a blob.
    var databaseValue: DatabaseValue {
        string.utf8.contains(0) ? Data(string.utf8).databaseValue : string.databaseValue
    }

    /// Reads text or a blob of UTF-8.
    static func fromDatabaseValue(_ value: DatabaseValue) -> StoredText? {
        switch value.storage {
        case .string(let string): StoredText(string: string)
        case .blob(let data): StoredText(string: String(decoding: data, as: UTF8.self))
        default: nil
        }
    }
}

extension String {
    /// The string as a column holds it.
    var stored: StoredText { StoredText(string: self) }
}

extension MatrixIdentifier {
    /// The identifier as a column holds it.
    var stored: StoredText { StoredText(string: rawValue) }
}
