import AgentRuntime
import HTTP
import Logging
import PlatformSDK
import TestSupport
import Testing

@testable import ModelProviders

@Suite("Providers over a real socket", .timeLimit(.minutes(1)))
struct ProviderSocketTests {
    @Test("A stream that drips byte by byte becomes its events", arguments: GoldenStream.all)
    func drip(stream: GoldenStream) async throws {
        let answer = try await ask(stream.api) { _ in .stream([.drip(stream.bytes, every: .zero)]) }
        let expected = try stream.expected()
        #expect(answer.events.map(\.golden) == expected.events)
        let failure = answer.error.map { "\($0.code)" + ($0.isRetryable ? " (retryable)" : "") }
        #expect(failure == expected.failure)
    }

    @Test("A connection that breaks in the middle is a truncated answer", arguments: GoldenAPI.allCases)
    func broken(api: GoldenAPI) async throws {
        let stream = try #require(GoldenStream.plainText(api))
        let half = Array(stream.bytes.prefix(stream.bytes.count * 2 / 3))
        for end in [ScriptedResponse.Step.close, .reset] {
            let answer = try await ask(api) { _ in
                let head = ScriptedResponse.head(200, ["Transfer-Encoding": "chunked"])
                let size = String(half.count, radix: 16)
                return ScriptedResponse(steps: [.write(head + Array("\(size)\r\n".utf8) + half), end])
            }
            #expect(answer.error?.code == .truncated && answer.error?.isRetryable == true)
        }
    }

    @Test("Each API is asked at its path, with its key, for a stream", arguments: GoldenAPI.allCases)
    func requests(api: GoldenAPI) async throws {
        let answer = try await ask(api) { _ in .stream([]) }
        let request = try #require(answer.requests.first)
        let path =
            switch api {
            case .responses: "/v1/responses"
            case .messages: "/v1/messages"
            case .chat: "/v1/chat/completions"
            }
        #expect(request.method == "POST" && request.target == path)
        let key = request.headers.first(name: api == .messages ? "x-api-key" : "Authorization")
        #expect(key == (api == .messages ? GoldenAPI.key : "Bearer \(GoldenAPI.key)"))
        #expect(request.headers.first(name: "Content-Type") == "application/json")
        let body = try #require(JSONReader.read(request.body))
        #expect(body["model"] == "model-1" && body["stream"] == true)
        #expect(answer.error?.code == .truncated)
    }

    @Test("Letting go of an answer gives its request up", arguments: GoldenAPI.allCases)
    func letGo(api: GoldenAPI) async throws {
        let stream = try #require(GoldenStream.plainText(api))
        try await ScriptedHTTPServer.withServer { _ in
            .stream([.write(Array(stream.bytes.prefix(stream.bytes.count / 2))), .waitForDisconnect])
        } _: { server in
            let client = try CurlHTTPClient(configuration: .init(proxy: .none), logger: .init(label: "test"))
            let provider = api.provider(server.baseURL, client)
            for try await event in try await provider.stream(.hello) {
                if case .start = event { break }
            }
            try await server.waitForDisconnects(1)
            await client.shutdown()
        }
    }
}
