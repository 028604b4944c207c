package import PlatformSDK

/// The turns of a thread that a model is shown: the latest that fit into its context, always whole ones.
package struct HistoryWindow: Hashable, Sendable {
    /// One finished turn, and how long it is.
    package struct Turn: Hashable, Sendable {
        /// What the model is shown of it.
        package let items: [OutputItem]
        /// Its tokens.
        package let tokens: Int
        /// The files that came with its question.
        package let attachments: [Attachment]

        /// Creates a turn.
        package init(items: [OutputItem], tokens: Int, attachments: [Attachment] = []) {
            self.items = items
            self.tokens = tokens
            self.attachments = attachments
        }
    }

    /// The turns that are shown, oldest first.
    package private(set) var turns: [Turn]

    /// Creates a window that shows all.
    package init(_ turns: [Turn] = []) {
        self.turns = turns
    }

    /// Drops the oldest turns until the rest takes at most so many tokens.
    package mutating func fit(into tokens: Int) {
        var sum = turns.reduce(0) { $0 + $1.tokens }
        var dropped = 0
        while dropped < turns.count, sum > tokens {
            sum -= turns[dropped].tokens
            dropped += 1
        }
        turns.removeFirst(dropped)
    }

    /// Drops the older half of the turns; false where there is none left. For a model that has refused the rest.
    package mutating func dropOlderHalf() -> Bool {
        guard !turns.isEmpty else { return false }
        turns.removeFirst((turns.count + 1) / 2)
        return true
    }

    /// Drops what the model thought in these turns; false where it did not. For a provider that does not take it back.
    package mutating func dropReasoning() -> Bool {
        var found = false
        turns = turns.map { turn in
            let kept = turn.items.filter { item in
                if case .reasoning = item { false } else { true }
            }
            guard kept.count < turn.items.count else { return turn }
            found = true
            return Turn(items: kept, tokens: turn.tokens, attachments: turn.attachments)
        }
        return found
    }

    /// The items of all turns.
    package var items: [OutputItem] { turns.flatMap(\.items) }
}

/// Measures a thread's turns by what the model itself has counted.
///
/// A model that was called once in a turn has counted the whole context: the prompt holds all before the turn, prompt and
/// completion together all up to its end. So the difference to the turn before is the turn's length. Where there is no
/// such pair, because the tokens of several calls were added up or turns had been dropped in between, the length is
/// estimated by bytes, at the rate of tokens to bytes that the model's answers in the thread have.
package struct TurnMeasure: Sendable {
    /// The tokens of a byte of text where no model has counted any: a third, more than most texts have.
    package static let defaultRate = 1.0 / 3

    /// The tokens of a byte in this thread.
    package let rate: Double
    private let responses: [Response]

    /// Measures finished turns, oldest first.
    package init(_ responses: [Response]) {
        self.responses = responses
        let counted = responses.filter { ($0.usage?.completionTokens ?? 0) > 0 }
        let bytes = counted.reduce(0) { $0 + $1.writtenBytes }
        let tokens = counted.reduce(0) { $0 + $1.writtenTokens }
        rate = bytes > 256 && tokens > 0 ? min(max(Double(tokens) / Double(bytes), 0.05), 2) : Self.defaultRate
    }

    /// The window of all turns.
    package var window: HistoryWindow {
        HistoryWindow(
            responses.indices.map { index in
                let items = responses[index].historyItems
                let estimate = tokens(ofBytes: items.reduce(0) { $0 + $1.byteCount })
                return HistoryWindow.Turn(
                    items: items, tokens: counted(at: index) ?? estimate,
                    attachments: responses[index].shownAttachments)
            })
    }

    /// The tokens of so many bytes.
    package func tokens(ofBytes bytes: Int) -> Int { Int((Double(bytes) * rate).rounded(.up)) }

    private func counted(at index: Int) -> Int? {
        guard index > 0, let before = responses[index - 1].contextTokens, let after = responses[index].contextTokens,
            let answer = responses[index].usage?.completionTokens, after - before >= max(answer, 1)
        else { return nil }
        return after - before
    }
}

extension Response {
    /// All that the model had read and written at the end of the turn; nil where its calls were added up.
    fileprivate var contextTokens: Int? {
        guard status == .complete, let usage, usage.promptTokens > 0 else { return nil }
        let hasCalls = outputItems.contains { if case .functionCall = $0.item { true } else { false } }
        return hasCalls ? nil : usage.promptTokens + usage.completionTokens
    }

    /// The tokens of the text and the calls that the model wrote.
    fileprivate var writtenTokens: Int {
        usage.map { max(0, $0.completionTokens - ($0.reasoningTokens ?? 0)) } ?? 0
    }

    fileprivate var writtenBytes: Int {
        outputItems.reduce(0) { sum, item in
            switch item.item {
            case .message(let message) where message.origin == .agent: sum + message.said.utf8.count
            case .functionCall(let call): sum + call.arguments.utf8.count
            default: sum
            }
        }
    }
}

extension Response {
    /// The files that came with the turn's question; none where a provider has refused them.
    fileprivate var shownAttachments: [Attachment] {
        guard error?.code != ModelError.Code.attachmentRefused.description else { return [] }
        return MessageRequest(recordedIn: self)?.attachments ?? []
    }
}

extension OutputItem {
    /// The bytes of the item's texts, and a few for what stands around them.
    var byteCount: Int {
        let frame = 16
        return switch self {
        case .message(let item): frame + item.said.utf8.count
        case .reasoning(let item): frame + item.content.utf8.count + (item.summary ?? "").utf8.count
        case .functionCall(let item): frame + item.name.utf8.count + item.arguments.utf8.count
        case .functionCallOutput(let item): frame + item.output.utf8.count
        default: frame
        }
    }
}
