import Foundation
import PlatformSDK

extension JSON {
    /// A value that somebody else keeps.
    init(_ opaque: OpaqueJSON) {
        self =
            switch opaque {
            case .null: .null
            case .bool(let value): .bool(value)
            case .integer(let value): .integer(value)
            case .decimal(let value): .number(NSDecimalNumber(decimal: value).doubleValue)
            case .string(let value): .string(value)
            case .array(let elements): .array(elements.map { JSON($0) })
            case .object(let members): .object(members.mapValues { JSON($0) })
            }
    }

    /// The value for somebody else to keep.
    var opaque: OpaqueJSON {
        switch self {
        case .null: .null
        case .bool(let value): .bool(value)
        case .integer(let value): .integer(value)
        case .number(let value): Decimal(string: "\(value)").map { .decimal($0) } ?? .null
        case .string(let value): .string(value)
        case .array(let elements): .array(elements.map(\.opaque))
        case .object(let members): .object(members.mapValues(\.opaque))
        }
    }
}
