import AgentRuntime

/// One part of what the echo answers.
enum EchoSegment: Sendable {
    /// A text in chunks.
    struct Text: Sendable {
        /// The chunks; together they are the text.
        var chunks: [String]
        /// The time before each.
        var interval: Duration
        /// Whether it is thought, not said.
        var isReasoning = false
    }

    case text(Text)
    case call(name: String, arguments: String)
    case stall
    case failure(ModelError)
    /// The end of one answer; what follows waits for the outputs of the calls before it.
    case finish
}

/// What the echo does with one question.
struct EchoScript: Sendable {
    /// The most chunks and bytes that a directive may ask for.
    static let maximumChunks = 100_000
    static let maximumBytes = 16 << 20

    private var segments: [EchoSegment] = []
    private let pace: EchoProvider.Pace

    /// Reads the directives in the question, or plans the ordinary answer.
    init(question: String, pace: EchoProvider.Pace) {
        self.pace = pace
        let asked = Self.withoutQuotes(question)
        let lines = asked.split(whereSeparator: \.isNewline)
        if lines.first == "/script" {
            for line in lines.dropFirst() where !read(String(line)) { say(String(line)) }
        } else if !read(asked) {
            say(Self.answer(to: question))
        } else if case .text(let text) = segments.last, text.isReasoning {
            say("done")
        }
    }

    /// The question without what it quotes before its own words.
    private static func withoutQuotes(_ question: String) -> String {
        let lines = question.split(separator: "\n", omittingEmptySubsequences: false)
        return lines.drop { $0.hasPrefix(">") || $0.allSatisfy(\.isWhitespace) }.joined(separator: "\n")
    }

    /// The answer that follows so many outputs, with its `finish`.
    func answer(after outputs: [String]) -> [EchoSegment] {
        var answers: [[EchoSegment]] = [[]]
        var names: [String] = []
        var waiting = outputs.count
        for segment in segments {
            if case .call(let name, _) = segment {
                names.append(name)
            } else if case .call = answers.last?.last {
                answers.append([])
            }
            answers[answers.count - 1].append(segment)
        }
        for answer in answers {
            let calls = answer.count { if case .call = $0 { true } else { false } }
            if calls == 0 || waiting < calls { return answer + [.finish] }
            waiting -= calls
        }
        let said = zip(names.suffix(outputs.count), outputs).map { "\($0) answered: \($1)" }.joined(separator: "\n")
        return [.text(.init(chunks: said.chunks(of: pace.wordsPerChunk), interval: pace.interval)), .finish]
    }

    /// Takes one directive; false where there is none.
    private mutating func read(_ line: String) -> Bool {
        let words = line.split(separator: " ", omittingEmptySubsequences: true)
        let rest = words.dropFirst()
        switch words.first {
        case "/echo": segments.append(.text(Self.echo(rest, pace)))
        case "/fail": segments.append(.failure(Self.failure(rest)))
        case "/stall":
            segments += [.text(.init(chunks: ["stalling"], interval: pace.interval)), .stall]
        case "/cut":
            segments += [
                .text(.init(chunks: ["half"], interval: pace.interval)),
                .failure(ModelError(.truncated, "the echo was asked to stop early", isRetryable: true)),
            ]
        case "/long":
            let bytes = rest.first.flatMap { Int($0) } ?? 1 << 16
            let chunks = Self.numberedWords(bytes: min(max(bytes, 1), Self.maximumBytes))
            segments.append(.text(.init(chunks: chunks, interval: .zero)))
        case "/think": say(rest.joined(separator: " "), isReasoning: true)
        case "/tool":
            let name = rest.first.map(String.init) ?? "nothing"
            let arguments = rest.dropFirst().joined(separator: " ")
            segments.append(.call(name: name, arguments: arguments.isEmpty ? "{}" : arguments))
        default: return false
        }
        return true
    }

    private mutating func say(_ text: String, isReasoning: Bool = false) {
        let chunks = text.chunks(of: pace.wordsPerChunk)
        segments.append(.text(.init(chunks: chunks, interval: pace.interval, isReasoning: isReasoning)))
    }

    private static func failure(_ words: ArraySlice<Substring>) -> ModelError {
        var words = words
        var delay: Duration?
        if let word = words.first, word.hasPrefix("retry="), let milliseconds = Int(word.dropFirst(6)) {
            delay = .milliseconds(max(0, milliseconds))
            words = words.dropFirst()
        }
        let details = words.dropFirst().joined(separator: " ")
        return ModelError(
            .provider(words.first.map(String.init) ?? "ECHO_FAILED"),
            details.isEmpty ? "the echo was asked to fail" : details,
            isRetryable: delay != nil,
            retryAfter: delay
        )
    }

    private static func echo(_ words: ArraySlice<Substring>, _ pace: EchoProvider.Pace) -> EchoSegment.Text {
        var rest = words
        var count = 20
        var interval = pace.interval
        while let word = rest.first {
            if word.hasPrefix("chunks="), let value = Int(word.dropFirst(7)) {
                count = min(max(value, 1), Self.maximumChunks)
            } else if word.hasPrefix("pace="), let value = Int(word.dropFirst(5)) {
                interval = .milliseconds(min(max(value, 0), 60_000))
            } else {
                break
            }
            rest = rest.dropFirst()
        }
        let text = rest.isEmpty ? "chunk" : rest.joined(separator: " ")
        return .init(chunks: (1...count).map { $0 == 1 ? "\(text) 1" : " \(text) \($0)" }, interval: interval)
    }

    private static func numberedWords(bytes: Int) -> [String] {
        var chunks: [String] = []
        var size = 0
        var number = 1
        while size < bytes {
            let word = String("word\(number) ".prefix(bytes - size))
            chunks.append(word)
            size += word.utf8.count
            number += 1
        }
        return chunks
    }

    /// The ordinary answer: about sixty words, with something of what Markdown can do.
    private static func answer(to question: String) -> String {
        // A long question is repeated in part, and one with fences or lines cannot break the code block.
        let excerpt = question.split(whereSeparator: \.isNewline).joined(separator: " ")
        let short = excerpt.count > 400 ? excerpt.prefix(400) + "…" : excerpt[...]
        let code = short.filter { $0 != "`" && $0 != "\"" && $0 != "\\" }.prefix(60)
        return """
            You said: **\(short)**

            I am the *echo*, a stand-in for a language model. I repeat what I hear, so that you can watch an answer grow:

            - each word arrives as its own chunk
            - the chunks become edits of one message
            - the last edit says how many tokens it took

            ```swift
            let question = "\(code)"
            question.count  // \(code.count)
            ```

            To talk to a real model, set a provider and its key in the configuration.
            """
    }
}

extension String {
    /// The words of the text, as the echo counts them.
    var wordCount: Int { split(whereSeparator: \.isWhitespace).count }

    /// The text in pieces of so many words, each with the white space before it; together they are the text.
    fileprivate func chunks(of wordsPerChunk: Int) -> [String] {
        var chunks: [String] = []
        var current = ""
        var words = 0
        var isInWord = false
        for character in self {
            if character.isWhitespace, isInWord {
                words += 1
                isInWord = false
                if words == wordsPerChunk {
                    chunks.append(current)
                    current = ""
                    words = 0
                }
            } else if !character.isWhitespace {
                isInWord = true
            }
            current.append(character)
        }
        if !current.isEmpty { chunks.append(current) }
        return chunks
    }
}
