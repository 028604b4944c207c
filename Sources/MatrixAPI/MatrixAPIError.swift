/// What can go wrong in this module: bytes that are not the JSON they should be.
public struct MatrixAPIError: Error, Sendable, CustomStringConvertible {
    /// The kind of an error.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Kind: String {
            case malformedJSON
            case unexpectedShape
        }

        private let kind: Kind

        /// The bytes are not JSON.
        public static let malformedJSON = Code(kind: .malformedJSON)

        /// The JSON lacks something that the type cannot do without.
        public static let unexpectedShape = Code(kind: .unexpectedShape)

        /// The name of the code.
        public var description: String { kind.rawValue }
    }

    /// The kind of the error.
    public let code: Code

    /// What was read, and where in it the trouble is; free of message content.
    public let message: String

    /// Always false: the same bytes fail again.
    public var isRetryable: Bool { false }

    /// Code and message.
    public var description: String { "\(code): \(message)" }

    /// Makes an error.
    init(code: Code, message: String) {
        self.code = code
        self.message = message
    }
}
