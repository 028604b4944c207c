/// Why a response failed.
public struct ResponseError: Error, Hashable, Sendable {
    /// The kind of failure, for programs.
    public var code: String
    /// What happened, for operators.
    public var message: String
    /// More of it, as whoever raised it wrote it.
    public var details: OpaqueJSON?
    /// Whether a new attempt may succeed.
    public var retryable: Bool

    /// Creates an error.
    public init(code: String, message: String, details: OpaqueJSON? = nil, retryable: Bool = false) {
        self.code = code
        self.message = message
        self.details = details
        self.retryable = retryable
    }

    /// The code that the fold gives to a stream whose events do not follow one another.
    public static let sequenceErrorCode = "STREAM_SEQUENCE_ERROR"
}

extension ResponseError: Codable {
    private enum CodingKeys: String, CodingKey {
        case code, message, details, retryable
    }

    /// Reads an error; one that does not say whether it is retryable is not.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        code = try container.decode(String.self, forKey: .code)
        message = try container.decode(String.self, forKey: .message)
        details = try container.decodeIfPresent(OpaqueJSON.self, forKey: .details)
        retryable = try container.decodeIfPresent(Bool.self, forKey: .retryable) ?? false
    }
}
