import Foundation

/// Reads the configuration from file and environment, and collects everything that is wrong with it.
struct ConfigurationLoader {
    /// The file that is read where no other is named and it exists.
    static let systemFile = "/etc/rialto/config.toml"

    private let environment: [String: String]
    private let workingDirectory: String
    private let systemFile: String

    /// Makes a loader; relative paths of the command line and the environment start from `workingDirectory`.
    init(
        environment: [String: String],
        workingDirectory: String = FileManager.default.currentDirectoryPath,
        systemFile: String = Self.systemFile
    ) {
        // An empty variable is how many tools write one that is not set.
        self.environment = environment.filter { !$0.value.trimmed.isEmpty }
        self.workingDirectory = workingDirectory
        self.systemFile = systemFile
    }

    /// Reads the named file, or `config.toml`, or the system's; without a file the environment and defaults stand alone.
    func load(file named: String? = nil) throws(ConfigurationError) -> Configuration {
        guard let (name, path) = try findFile(named) else {
            return try load(source: "", name: nil, directory: workingDirectory)
        }
        let source: String
        do {
            source = try String(contentsOfFile: path, encoding: .utf8)
        } catch {
            let isText = FileManager.default.isReadableFile(atPath: path)
            throw ConfigurationError(
                .file(name),
                isText ? "is not a text file in UTF-8" : "cannot be read; check its permissions"
            )
        }
        return try load(source: source, name: name, directory: (path as NSString).deletingLastPathComponent)
    }

    /// Reads a document; relative paths in it start from `directory`.
    func load(source: String, name: String?, directory: String) throws(ConfigurationError) -> Configuration {
        var configuration = Configuration(directory: directory)
        configuration.file = name
        var problems: [ConfigurationError.Problem] = []
        apply(source, name: name ?? "", directory: directory, to: &configuration, &problems)
        applyEnvironment(to: &configuration, &problems)
        configuration.secretsInEnvironment = SecretsInEnvironment(environment)
        guard problems.isEmpty else { throw ConfigurationError(problems) }
        return configuration
    }

    private func findFile(_ named: String?) throws(ConfigurationError) -> (name: String, path: String)? {
        if let named {
            let path = PathSetting(named, in: workingDirectory).path
            var isDirectory: ObjCBool = false
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), !isDirectory.boolValue else {
                throw ConfigurationError(.file(named), "there is no such file; check --config")
            }
            return (named, path)
        }
        let candidates = [
            ("config.toml", PathSetting("config.toml", in: workingDirectory).path), (systemFile, systemFile),
        ]
        return candidates.first { FileManager.default.fileExists(atPath: $0.1) }.map { (name: $0.0, path: $0.1) }
    }
}

extension ConfigurationLoader {
    private func apply(
        _ source: String,
        name: String,
        directory: String,
        to configuration: inout Configuration,
        _ problems: inout [ConfigurationError.Problem]
    ) {
        let root: [String: TOMLNode]
        do {
            root = try TOMLNode.parse(source)
        } catch {
            problems.append(.init(.file(name, line: error.line, column: error.column), error.message))
            return
        }
        let locator = TOMLLineLocator(source)
        func report(_ path: [String], element: Int? = nil, _ message: String) {
            problems.append(
                .init(
                    .file(name, line: locator.line(of: path, element: element)),
                    key: Self.key(path),
                    message
                )
            )
        }

        for (section, node) in root {
            guard ConfigurationSchema.sections.contains(where: { $0.name == section }) else {
                report([section], Self.refusal(ofSection: section, node))
                continue
            }
            guard case .table(let members) = node else {
                report([section], "is \(node.typeName), must be a table, written [\(section)]")
                continue
            }
            let keys = ConfigurationSchema.keys(of: section)
            for (name, value) in members {
                guard let key = keys.first(where: { $0.name == name }) else {
                    report([section, name], Self.refusal(ofKey: name, in: section))
                    continue
                }
                do {
                    try key.readNode(value, directory, &configuration)
                } catch {
                    for problem in error.all {
                        report([section, name] + problem.path, element: problem.element, problem.message)
                    }
                }
            }
        }
        problems.sort { ($0.line, $0.key ?? "") < ($1.line, $1.key ?? "") }
    }

    private func applyEnvironment(
        to configuration: inout Configuration,
        _ problems: inout [ConfigurationError.Problem]
    ) {
        for key in ConfigurationSchema.keys {
            let names = [key.environmentName] + key.aliases
            guard let name = names.first(where: { environment[$0] != nil }), let text = environment[name] else {
                continue
            }
            do {
                let text = name == "MATRIX_PLATFORM_BACKEND" ? Self.backend(text) : text
                try key.readEnvironment(text, workingDirectory, &configuration)
            } catch {
                for problem in error.all {
                    let isBackend = name == "MATRIX_PLATFORM_BACKEND" && problem.message.hasPrefix("must be")
                    let message = isBackend ? "must be \"mock\" or \"real\"" : problem.message
                    problems.append(.init(.environment(name), key: Self.key([key.path] + problem.path), message))
                }
            }
        }
        let known = ConfigurationSchema.keys.map(\.environmentName)
        for name in environment.keys.sorted() where !known.contains(name) {
            guard ConfigurationSchema.sections.contains(where: { name.hasPrefix("RIALTO_\($0.name.uppercased())_") })
            else { continue }
            let hint = Spelling.nearest(to: name, among: known).map { "; did you mean \($0)?" } ?? ""
            problems.append(.init(.environment(name), "unknown setting\(hint)"))
        }
    }

    /// A key as it is told to people: `bridge.rules[2].access`.
    private static func key(_ path: [String]) -> String {
        path.joined(separator: ".").replacing(".[", with: "[")
    }

    /// The backend for a word of `MATRIX_PLATFORM_BACKEND`, whose `real` stands for `socket`.
    private static func backend(_ text: String) -> String {
        let word = text.trimmed.lowercased()
        return word == "real" ? "socket" : word
    }

    private static func refusal(ofSection name: String, _ node: TOMLNode) -> String {
        if case .table = node {
            let names = ConfigurationSchema.sections.map(\.name)
            return "unknown section; " + suggestion(for: name, among: names, otherwise: "the sections are")
        }
        let homes = ConfigurationSchema.keys.filter { $0.name == name }
        if let home = homes.first {
            return "stands outside of any section; put it under [\(home.section)]"
        }
        return "unknown key outside of any section"
    }

    private static func refusal(ofKey name: String, in section: String) -> String {
        let names = ConfigurationSchema.keys(of: section).map(\.name)
        if Spelling.nearest(to: name, among: names) == nil,
            let home = ConfigurationSchema.keys.first(where: { $0.name == name })
        {
            return "unknown key; \"\(name)\" belongs to [\(home.section)]"
        }
        return "unknown key; " + suggestion(for: name, among: names, otherwise: "the keys of [\(section)] are")
    }

    private static func suggestion(for word: String, among names: [String], otherwise: String) -> String {
        if let nearest = Spelling.nearest(to: word, among: names) { return "did you mean \"\(nearest)\"?" }
        return "\(otherwise) \(names.joined(separator: ", "))"
    }
}

extension ConfigurationError.Problem {
    /// The line in the file; 0 where it is not known.
    fileprivate var line: Int {
        guard case .file(_, let line, _) = place else { return 0 }
        return line ?? 0
    }
}
