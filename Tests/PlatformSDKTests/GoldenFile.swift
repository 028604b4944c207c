import Foundation
import PlatformSDK
import TestSupport

/// A file of JSON that was written by hand.
struct GoldenFile: Sendable {
    /// What a golden file holds, by the beginning of its name.
    enum Kind: String, CaseIterable, Sendable {
        case event, item, response
        // Of a newer writer, who knows more than this version.
        case newerEvent = "newer-event"
        case newerItem = "newer-item"

        var schema: JSONSchemas.Name {
            switch self {
            case .event, .newerEvent: .event
            case .item, .newerItem: .item
            case .response: .response
            }
        }
    }

    let name: String
    let kind: Kind
    let bytes: Data

    var json: String { String(decoding: bytes, as: UTF8.self) }
    var candidate: JSONSchemas.Candidate { JSONSchemas.Candidate(kind.schema, json, name: name) }

    /// Whether it has nothing that may be left out.
    var isMinimal: Bool { name.contains("minimal") }

    /// All files in the order of their names; throws for one that belongs to no kind.
    static func all() throws -> [GoldenFile] {
        let folder = Bundle.module.bundleURL.appending(path: "Golden")
        return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().map { name in
            guard let kind = Kind.allCases.first(where: { name.hasPrefix("\($0.rawValue)-") }) else {
                throw UnknownKind(name: name)
            }
            return GoldenFile(name: name, kind: kind, bytes: try Data(contentsOf: folder.appending(path: name)))
        }
    }

    private struct UnknownKind: Error {
        let name: String
    }
}
