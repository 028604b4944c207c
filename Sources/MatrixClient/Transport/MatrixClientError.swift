package import Bridge
package import MatrixAPI

/// Why a request to the homeserver brought no answer that can be used.
///
/// The message names the method and the path, never a token, a password or what people wrote, also where the server
/// repeats these.
package struct MatrixClientError: Error, Sendable, CustomStringConvertible {
    /// The kind of failure.
    package struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Kind: String {
            case unreachable, insecure, notAHomeserver, limited, unknownToken, loggedOut, rejected, cancelled,
                badAddress
        }

        private let kind: Kind

        /// No answer, or one that says that the server is not in order now: worth another try.
        package static let unreachable = Code(kind: .unreachable)
        /// The secure connection did not come about.
        package static let insecure = Code(kind: .insecure)
        /// Something answered that does not speak Matrix.
        package static let notAHomeserver = Code(kind: .notAHomeserver)
        /// Too many requests.
        package static let limited = Code(kind: .limited)
        /// The access token is not, or no longer, good.
        package static let unknownToken = Code(kind: .unknownToken)
        /// The session is over, and there is no way to a new one; the message says what to configure.
        package static let loggedOut = Code(kind: .loggedOut)
        /// The server understood and refused.
        package static let rejected = Code(kind: .rejected)
        /// The task was cancelled.
        package static let cancelled = Code(kind: .cancelled)
        /// The address of the homeserver is not one.
        package static let badAddress = Code(kind: .badAddress)

        package var description: String { kind.rawValue }
    }

    /// The kind of failure.
    package let code: Code
    /// What happened, where, and what to do about it.
    package let message: String
    /// The status of the server's answer, where there was one that reports an error.
    package var status: Int?
    /// The server's error code, where it gave one or its status says the same.
    package var errcode: MatrixErrorCode?
    /// How long the server asks to wait, where it says so.
    package var retryAfter: Duration?
    /// Whether a new login may keep the device (client-server API, "Soft logout").
    package var softLogout = false
    /// What caused it.
    package var cause: (any Error)?
    /// The source file that raised the error.
    package let file: String
    /// The line that raised the error.
    package let line: Int

    /// Creates an error.
    package init(
        _ code: Code,
        _ message: String,
        status: Int? = nil,
        errcode: MatrixErrorCode? = nil,
        retryAfter: Duration? = nil,
        softLogout: Bool = false,
        cause: (any Error)? = nil,
        file: String = #fileID,
        line: Int = #line
    ) {
        self.code = code
        self.message = message
        self.status = status
        self.errcode = errcode
        self.retryAfter = retryAfter
        self.softLogout = softLogout
        self.cause = cause
        self.file = file
        self.line = line
    }

    /// Whether the same request may succeed later.
    package var isRetryable: Bool { code == .unreachable || code == .limited }

    package var description: String { message }

    /// Whether the token of the request is not good: the server does not know it, or it is none that can be sent.
    var isTokenUnknown: Bool { code == .unknownToken && (errcode == .unknownToken || status == nil) }

    /// The failure in the bridge's terms.
    package var homeserverError: HomeserverError {
        let kind: HomeserverError.Kind =
            switch code {
            case .limited: .limited(retryAfter: retryAfter)
            case .unknownToken, .loggedOut: .unknownToken
            case .rejected: .rejected(errcode ?? .unknown)
            case .cancelled: .cancelled
            case .notAHomeserver: .unintelligible
            default: .unreachable
            }
        return HomeserverError(kind, message)
    }
}
