import AgentRuntime
import PlatformSDK
import TestSupport
import Testing

@testable import ModelProviders

/// How each API is shown the files that people send.
@Suite("Requests with files", .timeLimit(.minutes(1)))
struct AttachmentRequestTests {
    private static let png = ModelAttachment(mediaType: "image/png", name: "cat.png", data: [1, 2, 3])
    private static let pdf = ModelAttachment(mediaType: "application/pdf", name: "a.pdf", data: [4, 5, 6])
    private static let text = ModelAttachment(mediaType: "text/plain", name: "n\">.txt", data: Array("Ciào".utf8))
    /// What no API takes, or what is not what it says.
    private static let others = [
        ModelAttachment(mediaType: "application/zip", name: "a.zip", data: [7]),
        ModelAttachment(mediaType: "image/tiff", data: [8]), ModelAttachment(mediaType: "text/plain", data: [0xFF]),
    ]

    private let request = ModelRequest(
        id: "req",
        history: [
            .message(.init(content: "Look.", origin: .user)), .message(.init(content: "I see.")),
            .message(.init(content: "And this?", origin: .user)),
        ],
        attachments: [0: [png], 1: [png], 2: [pdf, text] + others]
    )

    private func parsed(_ text: String) throws -> JSON { try #require(JSONReader.read(text)) }

    @Test("Responses")
    func responses() throws {
        let expected = try parsed(
            #"""
            [{"type":"message","role":"user","content":[{"type":"input_text","text":"Look."},
              {"type":"input_image","detail":"auto","image_url":"data:image/png;base64,AQID"}]},
             {"type":"message","role":"assistant","content":[{"type":"output_text","text":"I see."}]},
             {"type":"message","role":"user","content":[{"type":"input_text","text":"And this?"},
              {"type":"input_file","filename":"a.pdf","file_data":"data:application/pdf;base64,BAUG"},
              {"type":"input_text","text":"<file name=\"n.txt\">\nCiào\n</file>"}]}]
            """#
        )
        #expect(OpenAIResponsesRequest(request, model: "gpt-5.4", isOpenAI: true).body["input"] == expected)
    }

    @Test("Messages: files stand before the words about them")
    func messages() throws {
        let expected = try parsed(
            #"""
            [{"role":"user","content":[
              {"type":"image","source":{"type":"base64","media_type":"image/png","data":"AQID"}},
              {"type":"text","text":"Look."}]},
             {"role":"assistant","content":[{"type":"text","text":"I see."}]},
             {"role":"user","content":[
              {"type":"document","title":"a.pdf",
               "source":{"type":"base64","media_type":"application/pdf","data":"BAUG"}},
              {"type":"document","title":"n\">.txt","source":{"type":"text","media_type":"text/plain","data":"Ciào"}},
              {"type":"text","text":"And this?"}]}]
            """#
        )
        let body = AnthropicRequest(
            request, model: "claude-opus-4-7", defaultMaximumTokens: 8192, needsSignatures: true
        ).body
        #expect(body["messages"] == expected)
    }

    @Test("Messages: an image that is larger than the API takes is left to its name")
    func largeImages() {
        var request = request
        for (size, count) in [(3 << 20, 2), (4 << 20, 1)] {
            request.attachments = [
                0: [ModelAttachment(mediaType: "image/png", data: Array(repeating: 0, count: size))]
            ]
            let body = AnthropicRequest(
                request, model: "claude-opus-4-7", defaultMaximumTokens: 8192, needsSignatures: true
            ).body
            #expect(body["messages"]?.elements.first?["content"]?.elements.count == count)
        }
    }

    @Test("Chat: documents go to OpenAI's own server only", arguments: [true, false])
    func chat(isOpenAI: Bool) throws {
        let document = #"{"type":"file","file":{"filename":"a.pdf","file_data":"data:application/pdf;base64,BAUG"}},"#
        let expected = try parsed(
            #"""
            [{"role":"user","content":[{"type":"text","text":"Look."},
              {"type":"image_url","image_url":{"url":"data:image/png;base64,AQID"}}]},
             {"role":"assistant","content":"I see."},
             {"role":"user","content":[{"type":"text","text":"And this?"},\#(isOpenAI ? document : "")
              {"type":"text","text":"<file name=\"n.txt\">\nCiào\n</file>"}]}]
            """#
        )
        #expect(ChatCompletionsRequest(request, model: "m", isOpenAI: isOpenAI).body["messages"] == expected)
    }

    @Test("A message whose files nobody takes is plain text")
    func plain() {
        var request = request
        request.attachments = [0: Self.others, 1: [Self.png]]
        let body = ChatCompletionsRequest(request, model: "m", isOpenAI: false).body
        #expect(body["messages"]?.elements.first == ["role": "user", "content": "Look."])
    }

    @Test("A large file arrives whole, over a real socket", arguments: GoldenAPI.allCases)
    func largeBody(api: GoldenAPI) async throws {
        let bytes = (0..<(2 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
        let file = ModelAttachment(mediaType: "image/jpeg", data: bytes)
        var request = request
        request.attachments = [0: [file]]
        let answer = try await ask(api, request: request) { _ in .stream([]) }
        let body = try #require(answer.requests.first).body
        let wanted = Array(file.base64.utf8)
        #expect(body.count > wanted.count && body.firstRange(of: wanted) != nil)
    }
}
