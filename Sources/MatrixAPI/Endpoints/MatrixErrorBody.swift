/// The errcode of a Matrix error; open, as servers have their own.
public struct MatrixErrorCode: RawRepresentable, Hashable, Sendable, Codable, CustomStringConvertible,
    ExpressibleByStringLiteral
{
    /// The code as it came, for example `M_FORBIDDEN`.
    public let rawValue: String

    /// Wraps a code.
    public init(rawValue: String) {
        self.rawValue = rawValue
    }

    /// Wraps a literal.
    public init(stringLiteral value: String) {
        self.init(rawValue: value)
    }

    /// The code as it came.
    public var description: String { rawValue }

    /// The access token is not, or no longer, good.
    public static let unknownToken: MatrixErrorCode = "M_UNKNOWN_TOKEN"
    /// There was no access token.
    public static let missingToken: MatrixErrorCode = "M_MISSING_TOKEN"
    /// Too many requests.
    public static let limitExceeded: MatrixErrorCode = "M_LIMIT_EXCEEDED"
    /// Not allowed.
    public static let forbidden: MatrixErrorCode = "M_FORBIDDEN"
    /// There is no such thing.
    public static let notFound: MatrixErrorCode = "M_NOT_FOUND"
    /// The body was not JSON.
    public static let notJSON: MatrixErrorCode = "M_NOT_JSON"
    /// The body was JSON of the wrong shape.
    public static let badJSON: MatrixErrorCode = "M_BAD_JSON"
    /// The event or body is too large.
    public static let tooLarge: MatrixErrorCode = "M_TOO_LARGE"
    /// The account is locked for now; waiting may help.
    public static let userLocked: MatrixErrorCode = "M_USER_LOCKED"
    /// The account is suspended: it reads, but does not send.
    public static let userSuspended: MatrixErrorCode = "M_USER_SUSPENDED"
    /// The account is gone for good.
    public static let userDeactivated: MatrixErrorCode = "M_USER_DEACTIVATED"
    /// The server does not know the endpoint.
    public static let unrecognized: MatrixErrorCode = "M_UNRECOGNIZED"
    /// Something without a code of its own.
    public static let unknown: MatrixErrorCode = "M_UNKNOWN"
    /// A parameter has a wrong value.
    public static let invalidParam: MatrixErrorCode = "M_INVALID_PARAM"
    /// A parameter is missing.
    public static let missingParam: MatrixErrorCode = "M_MISSING_PARAM"
    /// The user already reacted like this.
    public static let duplicateAnnotation: MatrixErrorCode = "M_DUPLICATE_ANNOTATION"
    /// The homeserver has reached a limit of its own.
    public static let resourceLimitExceeded: MatrixErrorCode = "M_RESOURCE_LIMIT_EXCEEDED"
    /// The sync token is not, or no longer, known.
    public static let unknownPos: MatrixErrorCode = "M_UNKNOWN_POS"
}

/// The body of an answer that reports an error (client-server API, "Standard error response").
public struct MatrixErrorBody: Hashable, Sendable, Decodable {
    /// What went wrong; decide by this, never by the text.
    public var errcode: MatrixErrorCode

    /// The server's words, for people to read.
    public var error: String?

    /// How long to wait, in milliseconds; deprecated in favour of the header `Retry-After`, but still sent.
    public var retryAfterMS: Int64?

    /// Whether the device stays when the token ends: log in again with the same device id then.
    public var softLogout: Bool?

    /// Makes a body.
    public init(
        errcode: MatrixErrorCode, error: String? = nil, retryAfterMS: Int64? = nil, softLogout: Bool? = nil
    ) {
        self.errcode = errcode
        self.error = error
        self.retryAfterMS = retryAfterMS
        self.softLogout = softLogout
    }

    /// Reads a body leniently; only `errcode` is indispensable, as without it a proxy answered, not Matrix.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: AnyKey.self)
        errcode = try container.decode(MatrixErrorCode.self, forKey: AnyKey("errcode"))
        error = try? container.decode(String.self, forKey: AnyKey("error"))
        let retryAfter = try? container.decode(JSONValue.self, forKey: AnyKey("retry_after_ms"))
        if case .number(let milliseconds)? = retryAfter {
            retryAfterMS = Int64(exactly: milliseconds.rounded(.up))
        } else {
            retryAfterMS = retryAfter?.intValue
        }
        softLogout = try? container.decode(Bool.self, forKey: AnyKey("soft_logout"))
    }
}
