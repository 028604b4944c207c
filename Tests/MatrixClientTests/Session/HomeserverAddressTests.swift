import Testing

@testable import MatrixClient

@Suite("Homeserver address")
struct HomeserverAddressTests {
    @Test(
        "URLs and server names are told apart, and the well-known file is asked of the host without its port",
        arguments: [
            ("https://matrix.example.org", .baseURL("https://matrix.example.org")),
            ("  HTTP://127.0.0.1:8008/base/\n", .baseURL("http://127.0.0.1:8008/base/")),
            ("example.org", .serverName("example.org", host: "example.org")),
            ("example.org:8448", .serverName("example.org:8448", host: "example.org")),
            ("[::1]:8448", .serverName("[::1]:8448", host: "[::1]")),
            ("10.0.0.1:8448", .serverName("10.0.0.1:8448", host: "10.0.0.1")),
        ] as [(String, HomeserverAddress)]
    )
    func reads(_ text: String, _ address: HomeserverAddress) throws {
        #expect(try HomeserverAddress(text) == address)
    }

    @Test(
        "what is neither is refused without being quoted",
        arguments: [
            "", " ", "https://", "ftp://example.org", "@hunter2:example.org", "example.org/hunter2",
            "https://bot:hunter2@example.org", "https://example.org/?access_token=hunter2",
            "https://example.org/#hunter2",
            "https://exa mple.org", "example.org\u{0}hunter2", "https://ex\u{0}ample.org",
            "https://m\u{FC}nchen.example",
        ]
    )
    func refuses(_ text: String) throws {
        let error = #expect(throws: MatrixClientError.self) { try HomeserverAddress(text) }
        #expect(error?.code == .badAddress)
        #expect(error?.message.contains("hunter2") == false)
        #expect(error?.message.contains("matrix.homeserver") == true)
    }
}
