/// A response that has been read to its end.
package struct HTTPResponse: Sendable {
    /// The status code.
    package var status: Int
    /// The header fields as received; with compression, `Content-Length` counts the compressed bytes.
    package var headers: HTTPHeaders
    /// The body, decompressed.
    package var body: [UInt8]
    /// The URL that answered, after redirects.
    package var url: String

    /// Makes a response.
    package init(status: Int, headers: HTTPHeaders = [:], body: [UInt8] = [], url: String) {
        self.status = status
        self.headers = headers
        self.body = body
        self.url = url
    }
}

/// A response whose body is still arriving.
package struct HTTPStreamedResponse: Sendable {
    /// The status code.
    package var status: Int
    /// The header fields as received; with compression, `Content-Length` counts the compressed bytes.
    package var headers: HTTPHeaders
    /// The body, decompressed, to be read once.
    package var body: HTTPBody
    /// The URL that answered, after redirects.
    package var url: String

    /// Makes a response.
    package init(status: Int, headers: HTTPHeaders = [:], body: HTTPBody, url: String) {
        self.status = status
        self.headers = headers
        self.body = body
        self.url = url
    }
}

/// Status and header fields of a response.
struct ResponseHead: Sendable {
    var status: Int
    var headers: HTTPHeaders
    var url: String
}
