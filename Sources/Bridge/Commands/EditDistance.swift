/// Finds the word that was meant when a word was mistyped.
enum EditDistance {
    /// The longest word that is looked at, in Unicode scalars.
    private static let maximumLength = 64
    private static let maximumDistance = 2

    /// The candidate that is nearest to a word: at most two slips away, and fewer than half of the word's letters.
    ///
    /// The first of several that are equally near is taken.
    static func nearest(to word: String, among candidates: some Sequence<String>) -> String? {
        let typed = Array(word.lowercased().unicodeScalars.prefix(maximumLength + 1))
        guard typed.count <= maximumLength else { return nil }
        var best: (candidate: String, distance: Int)?
        for candidate in candidates {
            let known = Array(candidate.lowercased().unicodeScalars.prefix(maximumLength + 1))
            guard known.count <= maximumLength, abs(known.count - typed.count) <= maximumDistance else { continue }
            let distance = distance(typed, known)
            guard distance <= maximumDistance, distance * 2 < typed.count, distance < best?.distance ?? .max else {
                continue
            }
            best = (candidate, distance)
        }
        return best?.candidate
    }

    /// How many letters have to be put in, left out, replaced or swapped with their neighbour to turn one word into
    /// the other.
    ///
    /// This is the Damerau-Levenshtein distance in its restricted form: no letter is changed twice.
    static func distance(_ first: [Unicode.Scalar], _ second: [Unicode.Scalar]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...second.count)
        for (row, letter) in first.enumerated() {
            var current = [row + 1]
            for (column, other) in second.enumerated() {
                var cost = min(
                    last[column] + (letter == other ? 0 : 1),
                    last[column + 1] + 1,
                    current[column] + 1
                )
                if row > 0, column > 0, letter == second[column - 1], first[row - 1] == other {
                    cost = min(cost, beforeLast[column - 1] + 1)
                }
                current.append(cost)
            }
            (beforeLast, last) = (last, current)
        }
        return last[second.count]
    }
}
