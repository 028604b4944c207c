import Foundation
package import PlatformSDK

/// JSON that is wrong in one place, made of JSON that is right.
package struct JSONMutations: Sendable {
    /// One wrong value.
    package struct Mutation: Sendable {
        /// Where and what was changed.
        package let change: String
        /// The whole.
        package let json: OpaqueJSON
    }

    private let json: OpaqueJSON
    private let freeKeys: Set<String>
    private let openKeys: Set<String>

    /// Takes JSON that is right.
    ///
    /// - Parameters:
    ///   - freeKeys: Keys whose values may be anything.
    ///   - openKeys: Keys of objects that may have any keys, with strings.
    package init(
        of json: OpaqueJSON, freeKeys: Set<String> = ["provider_state", "caller", "details"],
        openKeys: Set<String> = ["soul"]
    ) {
        self.json = json
        self.freeKeys = freeKeys
        self.openKeys = openKeys
    }

    /// Each value in turn replaced by values of every other type, and each number by a negative one.
    package var wrongTypes: [Mutation] {
        walk(json) { value, path in
            guard !path.isEmpty else { return [] }
            let others: [OpaqueJSON] = [
                .null, .bool(true), .integer(-1), .decimal(0.5), .string("x-wrong"), .array([.null]), .object([:]),
            ]
            return others.compactMap { other in
                other.kind == value.kind && other.kind != .number
                    ? nil : Mutation(change: "\(path) is \(other)", json: other)
            }
        }
    }

    /// Each string under one of these keys replaced by one that nobody knows.
    package func unknownValues(of keys: Set<String>) -> [Mutation] {
        walk(json) { value, path in
            guard let key = path.split(separator: ".").last, keys.contains(String(key)), value.kind == .string else {
                return []
            }
            return [Mutation(change: "\(path) is unknown", json: .string("x-unknown"))]
        }
    }

    /// Each object in turn with one more key.
    package var extraKeys: [Mutation] {
        walk(json) { value, path in
            let key = path.split(separator: ".").last.map(String.init) ?? ""
            guard case .object(var members) = value, !openKeys.contains(key) else { return [] }
            members["x_extra"] = .string("x")
            return [Mutation(change: "\(path) has x_extra", json: .object(members))]
        }
    }

    /// Each object in turn without one of its keys.
    package var missingKeys: [Mutation] {
        walk(json) { value, path in
            guard case .object(let members) = value else { return [] }
            return members.keys.sorted().map { key in
                var fewer = members
                fewer[key] = nil
                return Mutation(change: "\(path) has no \(key)", json: .object(fewer))
            }
        }
    }

    private func walk(
        _ value: OpaqueJSON, at path: String = "", _ visit: (OpaqueJSON, String) -> [Mutation]
    ) -> [Mutation] {
        var mutations = visit(value, path)
        switch value {
        case .object(let members):
            for (key, member) in members.sorted(by: { $0.key < $1.key }) where !freeKeys.contains(key) {
                mutations += walk(member, at: "\(path).\(key)", visit).map { mutation in
                    var changed = members
                    changed[key] = mutation.json
                    return Mutation(change: mutation.change, json: .object(changed))
                }
            }
        case .array(let elements):
            for (index, element) in elements.enumerated() {
                mutations += walk(element, at: "\(path).\(index)", visit).map { mutation in
                    var changed = elements
                    changed[index] = mutation.json
                    return Mutation(change: mutation.change, json: .array(changed))
                }
            }
        default: break
        }
        return mutations
    }
}

extension OpaqueJSON {
    fileprivate enum Kind {
        case null, bool, number, string, array, object
    }

    fileprivate var kind: Kind {
        switch self {
        case .null: .null
        case .bool: .bool
        case .integer, .decimal: .number
        case .string: .string
        case .array: .array
        case .object: .object
        }
    }
}
