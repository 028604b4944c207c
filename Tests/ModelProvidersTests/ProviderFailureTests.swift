import AgentRuntime
import HTTP
import Logging
import PlatformSDK
import TestSupport
import Testing

@testable import ModelProviders

/// One way of failing, and the one error that it must become.
struct FailureCase: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var response: ScriptedResponse
    var code: ModelError.Code
    var isRetryable: Bool
    var retryAfter: Duration?
    var status: Int?

    init(
        _ name: String,
        _ response: ScriptedResponse,
        _ code: ModelError.Code,
        retryable isRetryable: Bool,
        after retryAfter: Duration? = nil,
        status: Int? = nil
    ) {
        testDescription = name
        self.response = response
        self.code = code
        self.isRetryable = isRetryable
        self.retryAfter = retryAfter
        self.status = status
    }

    private static func json(_ status: Int, _ type: String, headers: HTTPHeaders = [:]) -> ScriptedResponse {
        let error = #"{"type":"error","error":{"type":"\#(type)","code":"\#(type)","message":"no: \#(GoldenAPI.key)"}}"#
        return .json(error, status: status, headers: headers)
    }

    private static func events(_ text: String) -> ScriptedResponse { .stream([.write(Array(text.utf8))]) }

    private static let date: HTTPHeaders = [
        "Date": "Sat, 21 Nov 2026 07:00:00 GMT", "Retry-After": "Sat, 21 Nov 2026 07:01:30 GMT",
    ]

    static let all: [FailureCase] = statuses + limits + oddities

    private static let statuses: [FailureCase] = [
        .init("wrong key", json(401, "authentication_error"), .authentication, retryable: false, status: 401),
        .init("forbidden", json(403, "permission_error"), .authentication, retryable: false, status: 403),
        .init("no such model", json(404, "not_found_error"), .notFound, retryable: false, status: 404),
        .init("bad request", json(400, "invalid_request_error"), .invalidRequest, retryable: false, status: 400),
        .init("too long", json(400, "context_length_exceeded"), .contextLengthExceeded, retryable: false, status: 400),
        .init("too large", json(413, "request_too_large"), .contextLengthExceeded, retryable: false, status: 413),
        .init("conflict", json(409, "conflict"), .unavailable, retryable: true, status: 409),
        .init("request timeout", json(408, "timeout"), .unavailable, retryable: true, status: 408),
        .init(
            "no such model, as a bad request", json(400, "model_not_found"), .notFound, retryable: false, status: 400),
        .init("server error", json(500, "server_error"), .unavailable, retryable: true, status: 500),
        .init("gateway timeout", json(504, "timeout_error"), .unavailable, retryable: true, status: 504),
        .init("unavailable", json(503, "slow_down"), .overloaded, retryable: true, status: 503),
        .init("overloaded", json(529, "overloaded_error"), .overloaded, retryable: true, status: 529),
        .init("redirect", .respond(302, headers: ["Location": "/x"]), .invalidRequest, retryable: false, status: 302),
    ]

    private static let limits: [FailureCase] = [
        .init("limit", json(429, "rate_limit_error"), .rateLimited, retryable: true, status: 429),
        .init(
            "limit, milliseconds first",
            json(429, "requests", headers: ["retry-after-ms": "1500", "retry-after": "9"]),
            .rateLimited, retryable: true, after: .milliseconds(1500), status: 429),
        .init(
            "limit, seconds", json(429, "requests", headers: ["retry-after": "20"]), .rateLimited, retryable: true,
            after: .seconds(20), status: 429),
        .init(
            "limit, date", json(429, "requests", headers: date), .rateLimited, retryable: true, after: .seconds(90),
            status: 429),
        .init(
            "limit, nonsense", json(429, "requests", headers: ["retry-after": "soon"]), .rateLimited, retryable: true,
            status: 429),
        .init(
            "limit, advised against", json(429, "requests", headers: ["x-should-retry": "false"]), .rateLimited,
            retryable: false, status: 429),
        .init(
            "bad request, advised", json(400, "odd", headers: ["x-should-retry": "true"]), .invalidRequest,
            retryable: true, status: 400),
        .init(
            "quota", json(429, "insufficient_quota", headers: ["x-should-retry": "true", "retry-after": "5"]),
            .quotaExceeded, retryable: false, after: .seconds(5), status: 429),
        .init("credit", json(402, "billing_error"), .quotaExceeded, retryable: false, status: 402),
        .init(
            "spend limit",
            .json(
                #"{"type":"error","error":{"type":"rate_limit_error","message":"x","details":{"error_code":"enforced_spend_limit_reached"}}}"#,
                status: 429), .quotaExceeded, retryable: false, status: 429),
        .init(
            "low credit",
            .json(
                #"{"error":{"type":"invalid_request_error","message":"Your credit balance is too low to go on."}}"#,
                status: 400), .quotaExceeded, retryable: false, status: 400),
    ]

    private static let oddities: [FailureCase] = [
        .init("no body", .respond(500), .unavailable, retryable: true, status: 500),
        .init(
            "words only", .json(#"{"error":"model 'x' not found"}"#, status: 404), .notFound, retryable: false,
            status: 404),
        .init(
            "words of a proxy",
            .json(#"{"error":{"message":"Invalid model name passed in model=x","code":"400"}}"#, status: 400),
            .notFound, retryable: false, status: 400),
        .init("detail", .json(#"{"detail":"broken"}"#, status: 500), .unavailable, retryable: true, status: 500),
        .init("page", .html("<!DOCTYPE html><h1>502</h1>", status: 502), .unavailable, retryable: true, status: 502),
        .init("page instead of a stream", .html("<html>Log in</html>", status: 200), .malformed, retryable: false),
        .init("JSON instead of a stream", .json(#"{"choices":[]}"#), .malformed, retryable: false),
        .init("error with status 200", .json(#"{"error":{"type":"overloaded_error"}}"#), .overloaded, retryable: true),
        .init(
            "huge body",
            ScriptedResponse(steps: [
                .write(ScriptedResponse.head(500, ["Connection": "close"])),
                .writeRepeatedly(Array(repeating: 0x78, count: 1 << 16), count: 200), .close,
            ]), .unavailable, retryable: true, status: 500),
        .init("no stream at all", events(""), .truncated, retryable: true),
        .init("no JSON", events("data: {\"type\":\n\n"), .malformed, retryable: true),
        .init("no object", events("data: 7\n\n"), .malformed, retryable: true),
        .init("no UTF-8", .stream([.write([0x64, 0x61, 0x74, 0x61, 0x3A, 0xC3, 0x28])]), .malformed, retryable: true),
        .init(
            "error event", events("data: {\"error\":{\"message\":\"k \(GoldenAPI.key)\"}}\n\n"), .unavailable,
            retryable: true),
    ]
}

@Suite("Failures of providers", .timeLimit(.minutes(2)))
struct ProviderFailureTests {
    @Test("Each failure is one clear error, without the key", arguments: FailureCase.all)
    func failures(failure: FailureCase) async throws {
        for api in GoldenAPI.allCases {
            let recorded = RecordingLogHandler.Lines()
            let logger = Logger(label: "test") { _ in RecordingLogHandler(recorded: recorded) }
            let answer = try await ask(api, options: ProviderOptions(logger: logger)) { _ in failure.response }
            let error = try #require(answer.error)
            #expect(error.code == failure.code && error.isRetryable == failure.isRetryable, "\(api): \(error)")
            #expect(error.retryAfter == failure.retryAfter && error.status == failure.status, "\(api): \(error)")
            #expect(error.message.count < 1000)
            var dumped = ""
            dump(error, to: &dumped)
            for text in ["\(error)", dumped, recorded.text] { #expect(!text.contains(GoldenAPI.key)) }
        }
    }

    @Test(
        "Files that a server does not take are told apart from its other failures",
        arguments: [
            (400, "unknown variant `image_url`, expected `text`", true), (422, "Input should be a valid PDF", true),
            (500, "image input is not supported - hint: you may need to provide the mmproj", true),
            (404, "No endpoints found that support image input", true), (413, "too big", true),
            (400, "temperature is out of range", false), (429, "too many images for now", false),
            (401, "no images for you", false), (400, "the prompt with its images is longer: prompt is too long", false),
            (503, "the image service is overloaded", false),
        ])
    func refusedFiles(status: Int, words: String, isAboutFiles: Bool) async throws {
        var request = ModelRequest.hello
        for api in GoldenAPI.allCases {
            request.attachments = [0: [ModelAttachment(mediaType: "image/png", data: [1])]]
            let response = ScriptedResponse.json(#"{"error":{"message":"\#(words)"}}"#, status: status)
            let error = try #require(try await ask(api, request: request) { _ in response }.error)
            #expect((error.code == .attachmentRefused) == isAboutFiles, "\(api): \(error)")
            if isAboutFiles { #expect(!error.isRetryable) }
            // Without files it is an error like any other.
            let plain = try #require(try await ask(api) { _ in response }.error)
            #expect(plain.code != .attachmentRefused)
        }
    }

    @Test(
        "A key that is echoed in a header, in another case, or by a stream is shown nowhere",
        arguments: GoldenAPI.allCases)
    func echoedKeys(api: GoldenAPI) async throws {
        let key = GoldenAPI.key
        let headers: HTTPHeaders = [
            "x-request-id": "for \(key)", "x-ratelimit-remaining-requests": key, "retry-after": key,
            "anthropic-ratelimit-requests-remaining": key, "www-authenticate": "Bearer \(key)",
        ]
        let words = "not \(key) nor \(key.uppercased())"
        let body =
            #"{"error":{"message":"\#(words)","code":"\#(key)","type":"\#(key)","param":"\#(key)"},"request_id":"\#(key)"}"#
        let streamed = Array("event: error\ndata: {\"type\":\"error\",\"error\":{\"message\":\"\(words)\"}}\n\n".utf8)
        let responses: [ScriptedResponse] =
            [400, 401, 429, 500].map { .json(body, status: $0, headers: headers) } + [
                .json(#"{"error":{"code":"\#(key)"}}"#, status: 400, headers: headers),
                .html("<html>\(key)</html>", status: 502), .stream([.write(streamed)]),
                .stream([.write(Array("data: \(key)\n\n".utf8))]),
            ]
        for response in responses {
            let recorded = RecordingLogHandler.Lines()
            let logger = Logger(label: "test") { _ in RecordingLogHandler(recorded: recorded) }
            let answer = try await ask(api, options: ProviderOptions(logger: logger), logger: logger) { _ in response }
            let error = try #require(answer.error)
            var dumped = ""
            dump(error, to: &dumped)
            #expect(recorded.text.contains("a model provider answers"))
            for text in ["\(error)", dumped, recorded.text] {
                #expect(!text.lowercased().contains(key), "\(text)")
            }
        }
    }

    @Test(
        "What is left of a provider's limits is logged",
        arguments: [
            "x-ratelimit-remaining-tokens", "anthropic-ratelimit-requests-remaining",
        ])
    func limits(header: String) async throws {
        let recorded = RecordingLogHandler.Lines()
        let logger = Logger(label: "test") { _ in RecordingLogHandler(recorded: recorded) }
        _ = try await ask(.messages, options: ProviderOptions(logger: logger)) { _ in
            .json("{}", status: 500, headers: [header: "417"])
        }
        #expect(recorded.text.contains("417"))
    }

    @Test("A failure carries the provider's name for the request")
    func requestID() async throws {
        let answer = try await ask(.messages) { _ in
            .json(#"{"error":{"message":"x"}}"#, status: 500, headers: ["request-id": "req_9"])
        }
        let error = try #require(answer.error)
        #expect(error.requestID == "req_9" && error.description.contains("req_9"))
    }

    @Test("A wait that a stream's error asks for is kept")
    func waitWithinAStream() throws {
        let stream = try #require(GoldenStream.all.first { $0.name == "error-nested" })
        var reader = ModelStreamReader(mapper: OpenAIResponsesMapper(prefix: "r"))
        guard case .reported(let failure) = reader.feed(stream.bytes).failure else {
            Issue.record("no failure was reported")
            return
        }
        #expect(failure.delay == .milliseconds(6570))
    }

    @Test("A server that nobody answers at is unavailable", arguments: GoldenAPI.allCases)
    func unreachable(api: GoldenAPI) async throws {
        let (socket, port) = try LoopbackSocket.listen()
        LoopbackSocket.close(socket)
        let client = try CurlHTTPClient(configuration: .init(proxy: .none), logger: Logger(label: "test"))
        let result = await collect(api.provider("http://127.0.0.1:\(port)", client), .hello)
        await client.shutdown()
        #expect(result.error?.code == .unavailable && result.error?.isRetryable == true)
    }

    @Test("Nothing that holds a key shows it", arguments: GoldenAPI.allCases)
    func descriptions(api: GoldenAPI) throws {
        let client = try CurlHTTPClient(configuration: .init(proxy: .none), logger: Logger(label: "test"))
        let provider = api.provider("http://host.test", client)
        var dumped = ""
        dump(provider, to: &dumped)
        for text in ["\(provider)", String(reflecting: provider), dumped] {
            #expect(text.contains("model-1") && !text.contains(GoldenAPI.key))
        }
    }
}

@Suite("Silence of providers", .timeLimit(.minutes(1)))
struct StallTests {
    private func stalls(_ api: GoldenAPI, after steps: [ScriptedResponse.Step]) async throws -> ModelError? {
        let clock = ManualClock()
        let options = ProviderOptions(stallLimit: .seconds(60), clock: clock)
        return try await withThrowingTaskGroup(of: ModelError?.self) { tasks in
            tasks.addTask {
                try await ask(api, options: options) { _ in ScriptedResponse(steps: steps + [.waitForDisconnect]) }
                    .error
            }
            tasks.addTask {
                while true {
                    try await Task.sleep(for: .milliseconds(5))
                    if clock.sleeperCount > 0 { clock.advance(by: .seconds(31)) }
                }
            }
            defer { tasks.cancelAll() }
            return try await tasks.next() ?? nil
        }
    }

    @Test("No byte for too long gives the request up, before the head and behind it", arguments: GoldenAPI.allCases)
    func stall(api: GoldenAPI) async throws {
        let head = ScriptedResponse.Step.write(ScriptedResponse.head(200, ["Content-Type": "text/event-stream"]))
        for steps in [[], [head], [head, .write(Array(": ping\n\n".utf8))]] {
            let error = try await stalls(api, after: steps)
            #expect(error?.code == .stalled && error?.isRetryable == true)
        }
    }

    @Test("Time that passes while nobody waits for bytes is no silence")
    func slowReader() async throws {
        let clock = ManualClock()
        let watch = StallWatch(clock: clock, limit: .seconds(60))
        try await withThrowingTaskGroup(of: Bool.self) { tasks in
            tasks.addTask {
                try await watch.untilStalled()
                return true
            }
            try await eventually("the watch sleeps") { clock.sleeperCount == 1 }
            for _ in 0..<3 {
                clock.advance(by: .seconds(100))
                try await eventually("the watch sleeps again") { clock.sleeperCount == 1 }
            }
            watch.beginWait()
            clock.advance(by: .seconds(59))
            watch.endWait()
            watch.beginWait()
            clock.advance(by: .seconds(2))
            try await eventually("the watch sleeps once more") { clock.sleeperCount == 1 }
            clock.advance(by: .seconds(58))
            let isStalled = try await tasks.next()
            #expect(isStalled == true)
        }
    }
}
