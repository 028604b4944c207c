import Foundation
import HTTP
import PlatformSDK

/// A model behind the Chat Completions API on a loopback port, which remembers all that it was asked.
///
/// It answers `heard TEXT` to the last message; `call NAME ARGUMENTS` makes it call a tool, whose output it repeats as
/// `got OUTPUT`. It counts a token for each word, and refuses what has more of them than its context.
package final class ChatServer: Sendable {
    /// A request as the model sees it.
    package struct Request: Sendable {
        /// One of its messages.
        package struct Message: Sendable, Equatable {
            /// Who speaks: `system`, `user`, `assistant` or `tool`.
            package let role: String
            /// What is said.
            package let content: String
            /// The ids of the calls that are made.
            package let calls: [String]
            /// The id of the call that is answered.
            package let callID: String?
        }

        /// All messages, the instructions first.
        package let messages: [Message]
        /// The names of the tools.
        package let tools: [String]

        /// The instructions.
        package var instructions: String { messages.first { $0.role == "system" }?.content ?? "" }
        /// The last message of the person.
        package var question: String { messages.last { $0.role == "user" }?.content ?? "" }
        /// What was said before the last message of the person, as `role: content`, without instructions and tools.
        package var earlier: [String] {
            let said = messages.filter { ["user", "assistant"].contains($0.role) && !$0.content.isEmpty }
            let end = said.lastIndex { $0.role == "user" } ?? said.endIndex
            return said[..<end].map { "\($0.role): \($0.content)" }
        }
        /// The words of all messages.
        package var words: Int { messages.reduce(0) { $0 + $1.content.split(whereSeparator: \.isWhitespace).count } }
    }

    private let server: ScriptedHTTPServer

    private init(server: ScriptedHTTPServer) {
        self.server = server
    }

    /// Runs the body beside a model.
    ///
    /// - Parameter context: The most words that a request may have.
    package static func withServer<Result>(
        context: Int = .max, _ body: (ChatServer) async throws -> Result
    ) async throws -> Result {
        try await ScriptedHTTPServer.withServer({ received in
            guard let request = Request(received) else {
                return .json(#"{"error":{"message":"no JSON"}}"#, status: 400)
            }
            guard request.words <= context else {
                let text =
                    #"{"error":{"message":"too long","type":"invalid_request_error","code":"context_length_exceeded"}}"#
                return .json(text, status: 400)
            }
            return .chunked(
                request.answer.map { Array("data: \($0)\n\n".utf8) }, headers: ["Content-Type": "text/event-stream"])
        }) { try await body(ChatServer(server: $0)) }
    }

    /// What to set as the provider's address.
    package var baseURL: String { server.baseURL + "/v1" }

    /// The requests so far, those included that were refused.
    package var requests: [Request] { server.requests.compactMap(Request.init) }

    /// The last request whose last message of a person is this one, behind what it quotes.
    package func request(of text: String) -> Request? {
        requests.last { $0.question == text || $0.question.hasSuffix("\n\n" + text) }
    }
}

extension ChatServer.Request {
    fileprivate init?(_ received: RecordedRequest) {
        guard let body = try? EventJSON.decode(OpaqueJSON.self, from: Data(received.body)) else { return nil }
        messages = body["messages"].elements.map { message in
            Message(
                role: message["role"]?.string ?? "", content: message["content"]?.string ?? "",
                calls: message["tool_calls"].elements.compactMap { $0["id"]?.string },
                callID: message["tool_call_id"]?.string)
        }
        tools = body["tools"].elements.compactMap { $0["function"]?["name"]?.string }
    }

    /// The lines of the answer's stream.
    fileprivate var answer: [String] {
        let last = messages.last
        let words = (last?.content ?? "").split(separator: " ", maxSplits: 2).map(String.init)
        var text = "heard \(last?.content ?? "")"
        var call: OpaqueJSON?
        if last?.role == "tool" {
            text = "got \(last?.content ?? "")"
        } else if words.count == 3, words[0] == "call" {
            call = .object([
                "index": .integer(0), "id": .string("call_\(messages.count)"), "type": .string("function"),
                "function": .object(["name": .string(words[1]), "arguments": .string(words[2])]),
            ])
        }
        let halves = [text.prefix(text.count / 2), text.dropFirst(text.count / 2)].map { OpaqueJSON.string(String($0)) }
        let deltas: [OpaqueJSON] =
            call.map { [.object(["tool_calls": .array([$0])])] } ?? halves.map { .object(["content": $0]) }
        let finish = OpaqueJSON.string(call == nil ? "stop" : "tool_calls")
        let completion = Int64(call == nil ? text.split(whereSeparator: \.isWhitespace).count : 1)
        let usage = OpaqueJSON.object([
            "prompt_tokens": .integer(Int64(self.words)), "completion_tokens": .integer(completion),
            "total_tokens": .integer(Int64(self.words) + completion),
        ])
        let chunks =
            deltas.map { Self.chunk([.object(["index": .integer(0), "delta": $0, "finish_reason": .null])]) }
            + [
                Self.chunk([.object(["index": .integer(0), "delta": .object([:]), "finish_reason": finish])]),
                Self.chunk([], usage: usage),
            ]
        return chunks + ["[DONE]"]
    }

    private static func chunk(_ choices: [OpaqueJSON], usage: OpaqueJSON = .null) -> String {
        let chunk = OpaqueJSON.object([
            "id": .string("chatcmpl-1"), "object": .string("chat.completion.chunk"), "created": .integer(1),
            "model": .string("words"), "choices": .array(choices), "usage": usage,
        ])
        return (try? EventJSON.encode(chunk)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }
}

extension OpaqueJSON? {
    fileprivate var elements: [OpaqueJSON] {
        guard case .array(let elements) = self else { return [] }
        return elements
    }
}
