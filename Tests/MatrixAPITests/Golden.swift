import Foundation
import MatrixAPI

/// The golden files: JSON as homeservers send and expect it.
enum Golden {
    /// The bytes of a file.
    static func bytes(_ name: String) throws -> [UInt8] {
        let url = Bundle.module.bundleURL.appending(path: "Golden/\(name).json")
        return Array(try Data(contentsOf: url))
    }

    /// A file as plain JSON.
    static func json(_ name: String) throws -> JSONValue {
        try JSONValue(parsing: bytes(name))
    }

    /// A file as the answer to an endpoint.
    static func response<E: MatrixEndpoint>(_ endpoint: E, _ name: String) throws -> E.Response {
        try MatrixJSON.decode(E.Response.self, from: bytes(name))
    }
}

/// Numbers that look random and are the same in every run (the SplitMix64 sequence).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
