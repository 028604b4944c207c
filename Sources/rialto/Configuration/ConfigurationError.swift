/// Everything that is wrong with the configuration, found in one go.
struct ConfigurationError: Error, Equatable, CustomStringConvertible {
    /// One thing that is wrong.
    struct Problem: Equatable, Sendable, CustomStringConvertible {
        /// Where it stands.
        enum Place: Equatable, Sendable {
            /// In a file, at a line and column from 1 where they are known.
            case file(String, line: Int? = nil, column: Int? = nil)
            /// In a variable of the environment.
            case environment(String)
            /// Nowhere: something is missing.
            case missing
        }

        /// Where it stands.
        let place: Place
        /// The section and key; nil where it is not about one.
        let key: String?
        /// What is wrong, what is allowed and what to do.
        let message: String

        /// Makes a problem.
        init(_ place: Place, key: String? = nil, _ message: String) {
            self.place = place
            self.key = key
            self.message = message
        }

        /// Place, key and message, on one line, without characters that could forge further lines.
        var description: String {
            var parts: [String] = []
            switch place {
            case .file(let name, let line, let column):
                parts.append(([name] + [line, column].compactMap { $0.map(String.init) }).joined(separator: ":"))
            case .environment(let name): parts.append("environment \(name)")
            case .missing: break
            }
            if let key { parts.append(key) }
            parts.append(message)
            return ControlCharacters.escaped(parts.joined(separator: ": "))
        }
    }

    /// What is wrong; never empty.
    let problems: [Problem]

    /// Collects what is wrong.
    init(_ problems: [Problem]) {
        self.problems = problems
    }

    /// Makes an error of one problem.
    init(_ place: Problem.Place, key: String? = nil, _ message: String) {
        problems = [Problem(place, key: key, message)]
    }

    /// Always false: the configuration has to be changed first.
    var isRetryable: Bool { false }

    /// The problems, one a line.
    var description: String { problems.map(\.description).joined(separator: "\n") }
}
