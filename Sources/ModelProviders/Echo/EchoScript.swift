import AgentRuntime

/// What the echo does with one question.
struct EchoScript: Sendable {
    /// The most chunks and bytes that a directive may ask for.
    static let maximumChunks = 100_000
    static let maximumBytes = 16 << 20

    private(set) var chunks: [String] = []
    private(set) var interval: Duration
    private(set) var stalls = false
    private(set) var failure: ModelError?

    /// Reads the directive in the question, or plans the ordinary answer.
    init(question: String, pace: EchoProvider.Pace) {
        interval = pace.interval
        let words = question.split(separator: " ", omittingEmptySubsequences: true)
        switch words.first {
        case "/echo": readEcho(words.dropFirst())
        case "/fail":
            let code = words.dropFirst().first.map(String.init) ?? "ECHO_FAILED"
            let details = words.dropFirst(2).joined(separator: " ")
            failure = ModelError(.provider(code), details.isEmpty ? "the echo was asked to fail" : details)
        case "/stall":
            chunks = ["stalling"]
            stalls = true
        case "/long":
            let bytes = words.dropFirst().first.flatMap { Int($0) } ?? 1 << 16
            chunks = Self.numberedWords(bytes: min(max(bytes, 1), Self.maximumBytes))
            interval = .zero
        default:
            chunks = Self.answer(to: question).chunks(of: pace.wordsPerChunk)
        }
    }

    private mutating func readEcho(_ words: ArraySlice<Substring>) {
        var rest = words
        var count = 20
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
        chunks = (1...count).map { $0 == 1 ? "\(text) 1" : " \(text) \($0)" }
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
