import HTTP

extension HTTPRequest {
    /// A request for a stream: patient while the model thinks, without an end of its own.
    ///
    /// The client's own limit of silence stands behind the provider's, which has the better words.
    static func modelStream(url: String, headers: HTTPHeaders, body: JSON, stallLimit: Duration) -> HTTPRequest {
        var headers = headers
        headers.set(name: "Content-Type", value: "application/json")
        headers.set(name: "Accept", value: "text/event-stream")
        var request = HTTPRequest(method: .post, url: url, headers: headers, body: body.bytes)
        request.timeouts = HTTPTimeouts(idle: stallLimit + .seconds(30))
        return request
    }
}

extension ModelEndpoint {
    /// The key as most providers take it; nothing without one.
    var bearer: HTTPHeaders { key.isEmpty ? [:] : ["Authorization": "Bearer \(key)"] }
}
