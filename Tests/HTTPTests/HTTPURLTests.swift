import Testing

@testable import HTTP

@Suite("Checked URLs and requests")
struct HTTPURLTests {
    @Test(
        "labels hide query and fragment",
        arguments: [
            ("https://h.example/a/b?token=secret#part", "https://h.example/a/b"),
            ("http://127.0.0.1:8008/_matrix/x", "http://127.0.0.1:8008/_matrix/x"),
            ("https://[::1]:8448/", "https://[::1]:8448/"),
        ]
    )
    func labels(url: String, label: String) throws {
        #expect(try HTTPURL(url).label == label)
    }

    @Test(
        "refuses what is no http URL",
        arguments: [
            "", "h.example/a", "/a", "ftp://h/", "file:///etc/passwd", "http://", "http://u:secret@h/", "http://h/a b",
            "http://h/\0", "http://h:99999/", "https://u@h/",
        ]
    )
    func refusals(url: String) {
        let error = #expect(throws: HTTPError.self) { try PreparedRequest(HTTPRequest(url: url)) }
        #expect(error?.code == .invalidURL)
        #expect(error?.isRetryable == false)
        #expect(error.map { !"\($0)".contains("secret") } == true)
    }

    @Test("keeps percent-encoding")
    func encoding() throws {
        let text = "http://h.example/rooms/%21a%3Ah.example%2Fx?b=%26"
        #expect(try HTTPURL(text).string == text)
    }

    @Test(
        "refuses headers that would break the message",
        arguments: [("X-A", "a\r\nX-B: b"), ("X A", "a"), ("", "a"), ("X-A", "\0"), ("Content-Length", "3")]
    )
    func headers(name: String, value: String) {
        let request = HTTPRequest(url: "http://h/", headers: HTTPHeaders([.init(name: name, value: value)]))
        let error = #expect(throws: HTTPError.self) { try PreparedRequest(request) }
        #expect(error?.code == .invalidRequest)
    }

    @Test("headers compare names without case and show no values")
    func headerLookup() {
        var headers: HTTPHeaders = ["Content-Type": "a", "X-Token": "secret", "content-type": "b"]
        #expect(headers.first(name: "CONTENT-TYPE") == "a")
        #expect(headers.all(name: "Content-type") == ["a", "b"])
        #expect(headers.first(name: "Content") == nil)
        var dumped = ""
        dump(HTTPRequest(url: "http://h/", headers: headers), to: &dumped)
        #expect(!dumped.contains("secret") && !"\(headers)".contains("secret"))
        headers.set(name: "Content-Type", value: "c")
        #expect(headers.all(name: "content-type") == ["c"])
    }

    struct RedirectCase: Sendable {
        var method = HTTPRequest.Method.post
        let status: Int
        let location: String
        let expectedMethod: HTTPRequest.Method
        let expectedURL: String
        let keepsBody: Bool
        let keepsAuthorization: Bool
    }

    @Test(
        "redirects change method, body and credentials as they must",
        arguments: [
            RedirectCase(
                status: 302, location: "/b", expectedMethod: .get, expectedURL: "https://a.example/b",
                keepsBody: false, keepsAuthorization: true),
            RedirectCase(
                status: 303, location: "c?d", expectedMethod: .get, expectedURL: "https://a.example/x/c?d",
                keepsBody: false, keepsAuthorization: true),
            RedirectCase(
                status: 307, location: "https://a.example:443/b", expectedMethod: .post,
                expectedURL: "https://a.example:443/b", keepsBody: true, keepsAuthorization: true),
            RedirectCase(
                status: 308, location: "//b.example/", expectedMethod: .post, expectedURL: "https://b.example/",
                keepsBody: true, keepsAuthorization: false),
            RedirectCase(
                status: 307, location: "https://a.example:444/", expectedMethod: .post,
                expectedURL: "https://a.example:444/", keepsBody: true, keepsAuthorization: false),
            RedirectCase(
                method: .put, status: 301, location: "/b", expectedMethod: .put, expectedURL: "https://a.example/b",
                keepsBody: true, keepsAuthorization: true),
            RedirectCase(
                method: .head, status: 303, location: "/b", expectedMethod: .head, expectedURL: "https://a.example/b",
                keepsBody: true, keepsAuthorization: true),
        ]
    )
    func redirects(_ example: RedirectCase) throws {
        let request = HTTPRequest(
            method: example.method,
            url: "https://a.example/x/y",
            headers: ["Authorization": "s", "X-Api-Key": "s", "Accept": "a"],
            body: [1],
            maximumRedirects: 1
        )
        let next = try PreparedRequest(request).redirected(status: example.status, location: example.location)
        #expect(next.method == example.expectedMethod)
        #expect(next.url.string == example.expectedURL)
        #expect((next.body != nil) == example.keepsBody)
        #expect((next.headers.first(name: "authorization") != nil) == example.keepsAuthorization)
        #expect((next.headers.first(name: "x-api-key") != nil) == example.keepsAuthorization)
        #expect(next.headers.first(name: "accept") == "a")
        let error = #expect(throws: HTTPError.self) { try next.redirected(status: 302, location: "/") }
        #expect(error?.code == .tooManyRedirects)
    }

    @Test("a redirect never leaves https or http", arguments: ["http://a.example/", "file:///etc/passwd", "http://"])
    func refusedRedirects(location: String) throws {
        let request = try PreparedRequest(HTTPRequest(url: "https://a.example/", maximumRedirects: 3))
        let error = #expect(throws: HTTPError.self) { try request.redirected(status: 302, location: location) }
        #expect(error?.code == .redirectRefused)
    }
}
