import PlatformSDK
import Testing

@testable import Bridge

struct EnglishNoticesTests {
    private let notices = EnglishNotices()

    private static let codes: [PlatformError.Code] = [
        .unavailable, .busy, .timedOut, .agentFailed, .protocolViolation, .frameTooLarge, .store,
    ]

    @Test("each failure has a sentence of its own that says nothing of the error", arguments: codes)
    func failures(code: PlatformError.Code) {
        let error = PlatformError(
            code,
            "ws://10.0.0.1:8790 sk-secret",
            cause: PlatformError(.store, "/var/lib/rialto.sqlite"),
            file: "Secret.swift"
        )
        let sentence = notices.sentence(for: error)
        for leak in ["10.0.0.1", "sk-secret", "sqlite", "Secret", "swift"] { #expect(!sentence.contains(leak)) }
        #expect(sentence.hasSuffix(".") && sentence.count < 120)
        #expect(sentence != notices.internalFailure)
        #expect(Self.codes.filter { notices.sentence(for: PlatformError($0, "")) == sentence }.count == 1)
    }

    @Test("the unavailable agent's sentence")
    func unavailable() {
        #expect(
            notices.sentence(for: PlatformError(.unavailable, ""))
                == "I can't reach my agent right now. Please try again in a moment."
        )
    }

    @Test(
        "the agent's code is shown when it is short and plain",
        arguments: [
            ("RATE_LIMIT", true), ("E42", true), (String(repeating: "A", count: 40), true),
            (String(repeating: "A", count: 41), false), ("", false), ("rate", false), ("A B", false), ("A`B", false),
            ("Ä", false), ("A\n", false),
        ]
    )
    func agentCode(code: String, isShown: Bool) {
        let plain = notices.sentence(for: PlatformError(.agentFailed, ""))
        let sentence = notices.sentence(for: PlatformError(.agentFailed, "", agentCode: code))
        #expect(isShown ? sentence.contains("(`\(code)`)") : sentence == plain)
    }

    @Test("each problem of the agent's has a sentence of its own, without its code", arguments: AgentProblem.allCases)
    func problems(problem: AgentProblem) {
        let error = PlatformError(.agentFailed, "sk-secret", agentCode: problem.rawValue)
        for notices in [EnglishNotices() as any Notices, RussianNotices()] {
            let sentence = notices.sentence(for: error)
            #expect(sentence == notices.sentence(for: problem) && sentence.hasSuffix("."))
            #expect(!sentence.contains(problem.rawValue) && !sentence.contains("secret"))
            #expect(AgentProblem.allCases.count { notices.sentence(for: $0) == sentence } == 1)
            // Any other error with the same code says what the error says.
            let other = PlatformError(.unavailable, "", agentCode: problem.rawValue)
            #expect(notices.sentence(for: other) == notices.sentence(for: PlatformError(.unavailable, "")))
        }
    }

    @Test("nobody is asked to try again where that cannot help")
    func hopelessProblems() {
        for problem in [AgentProblem.authentication, .notFound, .quotaExceeded] {
            let sentence = notices.sentence(for: problem)
            #expect(!sentence.lowercased().contains("try again") && sentence.contains("whoever runs me"))
        }
    }

    @Test("an unknown error is an internal failure, and a known one is recognised behind `any Error`")
    func anyError() {
        struct Unknown: Error {}
        let busy = PlatformError(.busy, "")
        #expect(notices.sentence(for: Unknown() as any Error) == notices.internalFailure)
        #expect(notices.sentence(for: busy as any Error) == notices.sentence(for: busy))
    }

    @Test(
        "tokens", arguments: [(1, "1 token"), (0, "0 tokens"), (9999, "9999 tokens"), (1_234_567, "1,234,567 tokens")])
    func tokens(count: Int, expected: String) {
        #expect(notices.tokens(count) == expected)
    }

    @Test(
        "a time span is told by its two largest units",
        arguments: [
            (-5, "less than a minute"), (59, "less than a minute"), (60, "1 minute"), (3_600, "1 hour"),
            (7_380, "2 hours 3 minutes"), (86_400, "1 day"), (90_060, "1 day 1 hour"), (86_460, "1 day"),
        ]
    )
    func span(seconds: Int, expected: String) {
        #expect(EnglishNotices.span(.seconds(seconds)) == expected)
    }

    @Test("a list is cut where it grows too long")
    func list() {
        let states = Dictionary(uniqueKeysWithValues: (0..<1000).map { ("skill-\($0)", true) })
        let text = notices.switches(.skill, states, prefix: "!")
        #expect(text.contains("… and 960 more") && text.count < 2_000)
        #expect(notices.unknownSwitch(.skill, "x", suggestion: nil, known: states.keys.sorted()).count < 1_000)
        let long = String(repeating: "x", count: 10_000)
        let soul = Dictionary(uniqueKeysWithValues: (0..<1000).map { ("\($0)\(long)", long) })
        #expect(notices.soul(soul, prefix: "!").utf8.count < 16_000)
    }

    @Test("the names of commands in help and suggestions carry the prefix")
    func unknownCommand() {
        #expect(
            notices.unknownCommand("hlep", prefix: "//", suggestion: "help")
                == "I don't know the command `//hlep`. Did you mean `//help`? `//help` lists all commands."
        )
        #expect(!notices.unknownCommand("x", prefix: "!", suggestion: nil).contains("Did you mean"))
    }

    @Test(
        "a property that may be a secret or an address is hidden",
        arguments: [
            ("account", "alice", true), ("api_key", "x", false), ("Authorization", "x", false),
            ("PASSWORD", "x", false),
            ("host", "wss://x", false), ("callbackURL", "x", false), ("name", "gold", true),
        ]
    )
    func properties(name: String, value: String, isShown: Bool) {
        #expect(ShownProperty(name: name, value: value).value == (isShown ? value : nil))
    }
}
