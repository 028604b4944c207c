import MatrixAPI
import Testing

@Suite struct MessageFileTests {
    @Test(
        arguments: [
            (["body": "cat.png"], "cat.png", nil),
            (["body": "cat.png", "filename": "cat.png"], "cat.png", nil),
            (["body": "what is this?", "filename": "cat.png"], "cat.png", "what is this?"),
            (["body": "", "filename": "cat.png"], "cat.png", nil),
        ] as [([String: JSONValue], String, String?)])
    func aBodyThatDiffersFromTheNameIsACaption(_ content: [String: JSONValue], name: String, caption: String?) throws {
        var content = content
        content["msgtype"] = "m.image"
        content["url"] = "mxc://example.org/abc"
        content["info"] = ["size": 12]
        let message = try #require(MessageContent(content: .object(content)))
        let file = try #require(MessageFile(message))
        #expect(file.filename == name)
        #expect(file.caption == caption)
        #expect(file.size == 12)
        #expect(file.media?.server == "example.org")
        #expect(file.media?.id == "abc")
    }

    @Test(arguments: ["", "mxc://", "mxc://x", "mxc://x/", "mxc:///y", "mxc://x/y/z", "https://x/y", "mxc://x/.."])
    func whatIsNoMediaURLHasNoMedia(_ url: String) {
        #expect(MessageFile(url: url, filename: "f").media == nil)
    }

    @Test func anEncryptedFileIsOneAndATextIsNone() throws {
        let encrypted: JSONValue = ["msgtype": "m.file", "body": "f", "file": ["url": "mxc://x/y"]]
        #expect(MessageContent(content: encrypted).flatMap(MessageFile.init)?.isEncrypted == true)
        let text: JSONValue = ["msgtype": "m.text", "body": "f", "url": "mxc://x/y"]
        #expect(MessageContent(content: text).flatMap(MessageFile.init) == nil)
    }
}
