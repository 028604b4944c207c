import Foundation
import GRDB
import MatrixAPI

/// Reads columns without trapping: a value of another kind than the schema promises is a damaged database.
extension Row {
    /// The text in a column.
    func text(_ column: String) throws -> String {
        try value(column, as: StoredText.self).string
    }

    /// The text in a column that may be NULL.
    func optionalText(_ column: String) throws -> String? {
        try optional(column, as: StoredText.self)?.string
    }

    /// The identifier in a column.
    func identifier<ID: MatrixIdentifier>(_ column: String, as type: ID.Type = ID.self) throws -> ID {
        ID(rawValue: try text(column))
    }

    /// The identifier in a column that may be NULL.
    func optionalIdentifier<ID: MatrixIdentifier>(_ column: String, as type: ID.Type = ID.self) throws -> ID? {
        try optionalText(column).map(ID.init(rawValue:))
    }

    /// The enumeration's case that a column names.
    func named<Value: RawRepresentable<String>>(_ column: String, as type: Value.Type = Value.self) throws -> Value {
        guard let value = Value(rawValue: try text(column)) else { throw Self.unreadable(column) }
        return value
    }

    /// The value decoded from the JSON in a column.
    func json<Value: Decodable>(_ column: String, as type: Value.Type = Value.self) throws -> Value {
        guard let value = try optionalJSON(column, as: type) else { throw Self.unreadable(column) }
        return value
    }

    /// The value decoded from the JSON in a column; nil where it is NULL.
    func optionalJSON<Value: Decodable>(_ column: String, as type: Value.Type = Value.self) throws -> Value? {
        guard let data = try optional(column, as: Data.self) else { return nil }
        do {
            return try JSONDecoder().decode(type, from: data)
        } catch {
            throw Self.unreadable(column)
        }
    }

    /// The value in a column that is not NULL.
    func value<Value: DatabaseValueConvertible>(_ column: String, as type: Value.Type = Value.self) throws -> Value {
        guard let value = try optional(column, as: type) else { throw Self.unreadable(column) }
        return value
    }

    /// The value in a column that may be NULL.
    func optional<Value: DatabaseValueConvertible>(
        _ column: String, as type: Value.Type = Value.self
    ) throws -> Value? {
        let stored: DatabaseValue = self[column]
        guard !stored.isNull else { return nil }
        guard let value = Value.fromDatabaseValue(stored) else { throw Self.unreadable(column) }
        return value
    }

    private static func unreadable(_ column: String) -> StoreError {
        StoreError(
            .corrupt, "The column \(column) of the database holds an unexpected value; restore a backup.")
    }
}

extension Data {
    /// A value as the JSON that a column holds, its keys sorted.
    static func json(_ value: some Encodable) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(value)
    }
}

extension Date {
    /// The time in milliseconds since 1970, as every column holds it.
    var milliseconds: Int64 { Int64((timeIntervalSince1970 * 1000).rounded()) }

    /// The time from milliseconds since 1970.
    init(milliseconds: Int64) {
        self.init(timeIntervalSince1970: Double(milliseconds) / 1000)
    }
}
