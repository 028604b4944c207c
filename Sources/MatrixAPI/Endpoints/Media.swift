// Media.

/// Uploads a file; the bytes are the body, which whoever performs the request adds with their type.
public struct UploadMedia: MatrixEndpoint {
    /// Where the file is.
    public struct Response: Decodable, Hashable, Sendable {
        /// The `mxc://` URL.
        public var contentURI: String

        /// Makes an answer.
        public init(contentURI: String) {
            self.contentURI = contentURI
        }

        private enum CodingKeys: String, CodingKey {
            case contentURI = "content_uri"
        }
    }

    /// Makes a request.
    public init() {}

    /// POST.
    public var method: MatrixMethod { .post }
    /// The path.
    public var path: String { "/_matrix/media/v3/upload" }
}
