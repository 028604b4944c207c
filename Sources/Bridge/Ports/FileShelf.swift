package import PlatformSDK

/// Where files of the agent's are kept until they have been posted.
package protocol FileShelf: Sendable {
    /// Copies a file, which the agent may change or remove afterwards; a repeat with the same id replaces an earlier copy.
    func keep(_ file: AgentFile, as id: String) async throws(AttachmentFailure) -> OutgoingFile
}
