/// The body of a request that is no JSON, such as a file to upload.
package struct RequestPayload: Sendable {
    /// The bytes.
    package var bytes: [UInt8]
    /// What they are.
    package var mimeType: String

    /// Creates a payload.
    package init(bytes: [UInt8], mimeType: String) {
        self.bytes = bytes
        self.mimeType = mimeType
    }
}
