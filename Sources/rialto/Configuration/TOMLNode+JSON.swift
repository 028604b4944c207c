import MatrixAPI

extension TOMLNode {
    /// The same value in JSON; nil where there is something in it that TOML does not have.
    init?(_ json: JSONValue) {
        switch json {
        case .null: return nil
        case .bool(let value): self = .bool(value)
        case .integer(let value): self = .integer(Int(value))
        case .number(let value): self = .number(value)
        case .string(let value): self = .string(value)
        case .array(let elements):
            let nodes = elements.compactMap(TOMLNode.init)
            guard nodes.count == elements.count else { return nil }
            self = .array(nodes)
        case .object(let members):
            let nodes = members.compactMapValues(TOMLNode.init)
            guard nodes.count == members.count else { return nil }
            self = .table(nodes)
        }
    }
}
