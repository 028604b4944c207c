package import MatrixAPI
package import PlatformSDK

/// Where the bridge gets the files that people send.
package protocol AttachmentSource: Sendable {
    /// Puts a message's file onto the disk; a repeat with the same id replaces what an earlier one has left.
    func fetch(_ file: MessageFile, as id: String) async throws(AttachmentFailure) -> Attachment
}

/// Why a file cannot be had.
package enum AttachmentFailure: Error, Hashable, Sendable {
    /// It is larger than is allowed, in megabytes.
    case tooLarge(limit: Int)
    /// It is encrypted.
    case encrypted
    /// The homeserver does not have it, or does not give it away.
    case gone
    /// It could not be fetched or stored.
    case unavailable
    /// The task was cancelled.
    case cancelled
}
