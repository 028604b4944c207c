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

    /// The name that whoever downloads it is offered.
    public var filename: String?

    /// Makes a request.
    public init(filename: String? = nil) {
        self.filename = filename
    }

    /// POST.
    public var method: MatrixMethod { .post }
    /// The path.
    public var path: String { "/_matrix/media/v3/upload" }
    /// The name.
    public var query: [MatrixQueryItem] { filename.map { [MatrixQueryItem(name: "filename", value: $0)] } ?? [] }
}

/// Asks how large an upload may be.
public struct GetMediaConfiguration: MatrixEndpoint {
    /// What the homeserver takes.
    public struct Response: Decodable, Hashable, Sendable {
        /// The largest upload in bytes; nil where the homeserver does not say.
        public var maximumUploadBytes: Int64?

        /// Makes an answer.
        public init(maximumUploadBytes: Int64?) {
            self.maximumUploadBytes = maximumUploadBytes
        }

        private enum CodingKeys: String, CodingKey {
            case maximumUploadBytes = "m.upload.size"
        }
    }

    /// Makes a request.
    public init() {}

    /// GET.
    public var method: MatrixMethod { .get }
    /// The path.
    public var path: String { "/_matrix/client/v1/media/config" }
}

/// Downloads a file; the answer is its bytes, so whoever performs the request reads them as they come.
public struct DownloadMedia: MatrixEndpoint {
    /// Nothing that can be decoded.
    public typealias Response = EmptyResponse

    /// The server that has it.
    public var server: String

    /// The file's id on that server.
    public var mediaID: String

    /// Whether it is asked for as before authenticated media, of servers older than v1.11 of the spec.
    public var isLegacy: Bool

    /// Makes a request.
    public init(server: String, mediaID: String, isLegacy: Bool = false) {
        self.server = server
        self.mediaID = mediaID
        self.isLegacy = isLegacy
    }

    /// GET.
    public var method: MatrixMethod { .get }
    /// The path.
    public var path: String {
        let prefix = isLegacy ? "/_matrix/media/v3/download" : "/_matrix/client/v1/media/download"
        return PercentEncoding.path(prefix, server, mediaID)
    }
}
