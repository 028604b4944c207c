/// Splits a long answer into texts that each fit into one event.
///
/// Three laws hold, and streaming relies on them:
/// - **Stable.** When the text grows, every part but the last stays exactly as it was.
/// - **Lossless.** The bodies of the parts, one after another, are the text, up to white space at its end. What a part
///   repeats around its body (a code fence, a table's header) makes it readable alone.
/// - **Bounded.** No part costs more than the maximum, unless it is a single grapheme.
///
/// `cost` must be monotone (a longer text never costs less than its beginning) and at least the text's size in UTF-8.
/// For a text of n bytes and parts of m bytes, `split` calls `cost` O(n/m · log m) times, each with at most
/// `maximumCost` bytes, and otherwise takes O(n) time. With `Progress`, only what follows the settled parts is looked at.
package struct ReplySplitter: Sendable {
    /// One part of an answer.
    package struct Part: Equatable, Sendable {
        /// What the part repeats before its body: the opening fence or the table's header.
        package let opening: String
        /// The piece of the answer.
        package let body: String
        /// What the part adds after its body: the closing fence.
        package let closing: String
        /// UTF-8 length of the body's first line when it is a closing fence that the part before already shows.
        package let hiddenPrefix: Int

        /// What the part shows.
        package var text: String {
            opening + String(decoding: body.utf8.dropFirst(hiddenPrefix), as: UTF8.self) + closing
        }

        fileprivate var isBlank: Bool { text.allSatisfy(\.isWhitespace) }
    }

    /// The parts of a growing text that no longer change, and where the next one starts.
    package struct Progress: Equatable, Sendable {
        /// The texts that are settled.
        package fileprivate(set) var settled: [String] = []
        fileprivate var offset = 0
        fileprivate var opening = Opening()

        /// Starts at the beginning of a text.
        package init() {}
    }

    /// What a part that starts in the middle of a block repeats.
    fileprivate struct Opening: Equatable, Sendable {
        var text = ""
        /// The repeated fence's own closing line, and what the first line lacks when the cut is in the middle of a line.
        var fence: CodeFence?
    }

    private let maximumCost: Int
    private let cost: @Sendable (String) -> Int

    /// - Parameters:
    ///   - maximumCost: the most that one part may cost, in the unit of `cost`.
    ///   - cost: the size in bytes of the event that would carry a part.
    package init(maximumCost: Int, cost: @escaping @Sendable (String) -> Int) {
        self.maximumCost = max(1, maximumCost)
        self.cost = cost
    }

    /// The texts to show, in order; none is empty or blank.
    package func split(_ text: String) -> [String] {
        parts(of: text).filter { !$0.isBlank }.map(\.text)
    }

    /// The texts to show for a text that continues the one that `progress` was last used with.
    package func split(_ text: String, from progress: inout Progress) -> [String] {
        let (settled, last) = consume(text, from: &progress)
        progress.settled += settled.filter { !$0.isBlank }.map(\.text)
        guard let last, !last.isBlank else { return progress.settled }
        return progress.settled + [last.text]
    }

    /// The parts with what each of them repeats, blank ones included.
    package func parts(of text: String) -> [Part] {
        var progress = Progress()
        let (settled, last) = consume(text, from: &progress)
        return settled + (last.map { [$0] } ?? [])
    }
}

// MARK: - Cutting

extension ReplySplitter {
    private func consume(_ text: String, from progress: inout Progress) -> (settled: [Part], last: Part?) {
        var settled: [Part] = []
        var text = text
        text.makeContiguousUTF8()
        let scalars = text.unicodeScalars
        let end = scalars.lastIndex { !$0.properties.isWhitespace }.map(scalars.index(after:)) ?? text.startIndex
        let length = text.utf8.distance(from: text.startIndex, to: end)
        while progress.offset < length {
            let start = text.utf8.index(text.startIndex, offsetBy: progress.offset)
            let draft = PartDraft(
                rest: text[start..<end],
                opening: progress.opening.text,
                fence: progress.opening.fence,
                window: maximumCost
            )
            guard let cut = cut(draft) else {
                return (settled, draft.part(upTo: draft.length, isCut: false))
            }
            settled.append(draft.part(upTo: cut, isCut: true))
            progress.offset += cut
            progress.opening = opening(after: draft, at: cut)
        }
        return (settled, nil)
    }

    /// Where the part ends, or nil when all the rest fits.
    private func cut(_ draft: PartDraft) -> Int? {
        if draft.isWhole, measure(draft, draft.length) <= maximumCost { return nil }
        var fits = 0
        var exceeds = draft.isWhole ? draft.length : draft.windowLength + 1
        for rank in [PartDraft.Rank.block, .line, .anyLine] {
            let candidates = draft.boundaries(of: rank)
            if let cut = largestFitting(candidates, in: draft, &fits, &exceeds), isFilled(draft, cut) { return cut }
        }
        let (words, graphemes) = draft.boundaries(inLineAt: fits)
        if let cut = largestFitting(words, in: draft, &fits, &exceeds), isFilled(draft, cut) { return cut }
        let cut = largestFitting(graphemes, in: draft, &fits, &exceeds) ?? max(fits, draft.firstGrapheme)
        // A grapheme at the end may still grow.
        return cut < draft.length ? cut : nil
    }

    /// Binary search between what is known to fit and what is known not to.
    private func largestFitting(
        _ candidates: [Int],
        in draft: PartDraft,
        _ fits: inout Int,
        _ exceeds: inout Int
    ) -> Int? {
        var low = 0
        var high = candidates.count
        while low < high {
            let middle = (low + high) / 2
            let candidate = candidates[middle]
            let isFitting: Bool
            if candidate <= fits {
                isFitting = true
            } else if candidate >= exceeds {
                isFitting = false
            } else {
                isFitting = measure(draft, candidate) <= maximumCost
                if isFitting { fits = candidate } else { exceeds = candidate }
            }
            if isFitting { low = middle + 1 } else { high = middle }
        }
        return low > 0 ? candidates[low - 1] : nil
    }

    /// A better place to cut is worth a shorter part, down to a quarter of the room.
    private func isFilled(_ draft: PartDraft, _ cut: Int) -> Bool {
        measure(draft, cut) >= maximumCost / 4
    }

    /// The cost of the part if it ended at `end`, with the longest closing fence that it has needed so far.
    ///
    /// Without that reserve a closing fence in the text would make the part cheaper, and a settled part could come back.
    private func measure(_ draft: PartDraft, _ end: Int) -> Int {
        cost(draft.opening + draft.shown(upTo: end) + draft.reserve(upTo: end))
    }

    /// What the next part repeats: nothing when that alone would take up half the room.
    private func opening(after draft: PartDraft, at cut: Int) -> Opening {
        if let fence = draft.openFence(at: cut) {
            let info = fence.info.utf8.count <= 40 ? fence.info : ""
            var text = fence.opener(info: info) + "\n"
            if !draft.isLineStart(cut) { text += fence.continuation }
            return isAffordable(text + "\n" + fence.closer) ? Opening(text: text, fence: fence) : Opening()
        }
        if let header = draft.tableHeader(at: cut), isAffordable(header) { return Opening(text: header) }
        return Opening()
    }

    private func isAffordable(_ repeated: String) -> Bool {
        repeated.utf8.count <= maximumCost / 2 && cost(repeated) <= maximumCost / 2
    }
}
