import MatrixAPI
import Testing

@testable import MatrixClient

@Suite("Server's words")
struct ServerWordsTests {
    private static let token = AccessToken("syt_abc")
    private static let body: JSONValue = [
        "body": "our plan", "m.new_content": ["list": ["deep text"]], "n": 1, "s": "is",
    ]

    @Test(
        "what repeats the token or the request's texts is left out; the rest is one bounded line",
        arguments: [
            ("User not in room", "User not in room"), ("Too is this", "Too is this"), ("", nil),
            ("bad: our plan", nil), ("bad: deep text!", nil), ("Bearer syt_abc", nil),
            ("two\r\nlines\u{2028}\u{202E}x\u{1B}[31m", "two  lines  x [31m"),
            (String(repeating: "a", count: 1000), String(repeating: "a", count: 300)),
        ] as [(String, String?)]
    )
    func words(_ words: String, _ quoted: String?) {
        #expect(ServerWords.quote(words, token: Self.token, body: Self.body) == quoted)
    }

    @Test("a character of endless marks is bounded too")
    func marks() {
        let tidied = ServerWords.tidy("e" + String(repeating: "\u{301}", count: 100_000), limit: 100)
        #expect(tidied.unicodeScalars.count == 100)
    }

    @Test(
        "an errcode that looks like none is M_UNKNOWN",
        arguments: [
            ("M_FORBIDDEN", "M_FORBIDDEN"), ("ORG.EXAMPLE-X_1", "ORG.EXAMPLE-X_1"),
            ("org.matrix.msc3575.X", "org.matrix.msc3575.X"),
            ("", "M_UNKNOWN"), ("our plan", "M_UNKNOWN"), ("M_\n", "M_UNKNOWN"),
            (String(repeating: "M", count: 65), "M_UNKNOWN"),
        ]
    )
    func errcode(_ raw: String, _ code: String) {
        #expect(ServerWords.errcode(MatrixErrorCode(rawValue: raw)).rawValue == code)
    }
}
