/// Reads one table of a list member by member, and notes everything that is wrong with it.
struct ConfigurationTableReader {
    /// What is wrong; the table counts only where this is empty.
    private(set) var problems: [ConfigurationValueError] = []

    private let path: [String]
    private let directory: String
    /// Nil for what is no table.
    private var table: [String: TOMLNode]?
    /// The members that unknown ones were perhaps meant to be.
    private var meant: Set<String> = []

    /// Takes the table at a path below the key, and notes each member that it may not have.
    ///
    /// - Parameter kind: What the table is, as in `the keys of a rule`.
    init(_ node: TOMLNode, members: [String], kind: String, path: [String], directory: String) {
        self.path = path
        self.directory = directory
        guard case .table(let table) = node else {
            note("is \(node.typeName), must be a table")
            return
        }
        self.table = table
        for name in table.keys.sorted() where !members.contains(name) {
            let nearest = Spelling.nearest(to: name, among: members)
            if let nearest { meant.insert(nearest) }
            let hint = nearest.map { "did you mean \"\($0)\"?" }
            let otherwise = "the keys of a \(kind) are \(members.joined(separator: ", "))"
            note("unknown key; \(hint ?? otherwise)", in: name)
        }
    }

    /// Whether the table has a member.
    func has(_ name: String) -> Bool { table?[name] != nil }

    /// The value of a member; nil where it is missing, or where something is wrong with it, which is noted.
    mutating func value<Value: ConfigurationValue>(
        _ name: String,
        check: (Value) -> String? = { _ in nil }
    ) -> Value? {
        guard let node = table?[name] else { return nil }
        do throws(ConfigurationValueError) {
            let value = try Value(node: node, directory: directory)
            if let problem = check(value) { throw ConfigurationValueError(problem) }
            return value
        } catch {
            note(error.message, element: error.element, in: name)
            return nil
        }
    }

    /// Notes that a member is missing, unless an unknown one was perhaps meant to be it, or there is no table at all.
    mutating func require(_ name: String, _ message: String) {
        if table != nil, !has(name), !meant.contains(name) { note(message) }
    }

    /// Notes what is wrong with the table, or with one of its members.
    mutating func note(_ message: String, element: Int? = nil, in member: String? = nil) {
        problems.append(
            ConfigurationValueError(message, element: element, path: path + [member].compactMap { $0 }))
    }
}
