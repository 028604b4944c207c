/// Finds what somebody may have meant.
enum Spelling {
    /// The candidate that is most like a word; nil where none is like it enough.
    static func nearest(to word: String, among candidates: [String]) -> String? {
        let word = word.lowercased()
        let ranked = candidates.map { (candidate: $0, distance: distance(word, $0.lowercased())) }
        guard let best = ranked.min(by: { $0.distance < $1.distance }) else { return nil }
        let isInside = word.count >= 4 && candidates.contains { $0.hasPrefix(word) }
        if best.distance <= max(2, word.count / 3), best.distance < max(word.count, best.candidate.count) {
            return best.candidate
        }
        return isInside ? candidates.first { $0.hasPrefix(word) } : nil
    }

    /// How many insertions, deletions, replacements and swaps of neighbours lead from one word to another.
    static func distance(_ left: String, _ right: String) -> Int {
        let left = Array(left.prefix(64))
        let right = Array(right.prefix(64))
        guard !left.isEmpty, !right.isEmpty else { return max(left.count, right.count) }
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for row in 1...left.count {
            var current = [row]
            for column in 1...right.count {
                let replaced = last[column - 1] + (left[row - 1] == right[column - 1] ? 0 : 1)
                var cost = min(last[column] + 1, current[column - 1] + 1, replaced)
                if row > 1, column > 1, left[row - 1] == right[column - 2], left[row - 2] == right[column - 1] {
                    cost = min(cost, beforeLast[column - 2] + 1)
                }
                current.append(cost)
            }
            beforeLast = last
            last = current
        }
        return last[right.count]
    }
}
