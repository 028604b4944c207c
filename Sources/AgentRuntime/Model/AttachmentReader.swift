package import PlatformSDK

/// Reads the files that people send, for models that look into them.
package protocol AttachmentReader: Sendable {
    /// A file with its type by its content; nil where it is not to be had, or is nothing that a model could be shown.
    ///
    /// - Parameter maximumBytes: The largest file that is read.
    func read(_ attachment: Attachment, maximumBytes: Int) async -> ModelAttachment?
}
