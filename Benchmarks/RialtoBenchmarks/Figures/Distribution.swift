import Foundation

/// Percentiles of durations.
struct Distribution: CustomStringConvertible {
    private let sorted: [Duration]

    /// Takes durations in any order.
    init(_ times: [Duration]) {
        sorted = times.sorted()
    }

    /// The duration that a share of all stays below or reaches; zero where there is none.
    func percentile(_ share: Double) -> Duration {
        guard !sorted.isEmpty else { return .zero }
        return sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))]
    }

    /// The percentile that targets are about.
    var p95: Duration { percentile(0.95) }

    /// `p50 0.21, p95 0.43, p99 0.60, max 1.20 ms`.
    var description: String {
        let shares = [("p50", 0.5), ("p95", 0.95), ("p99", 0.99), ("max", 1)]
        return shares.map { "\($0) \(percentile($1).milliseconds)" }.joined(separator: ", ") + " ms"
    }

    /// The floor with its own percentiles, and how many times it this is at the median and at p95.
    func text(against floor: Distribution) -> String {
        let ratios = [0.5, 0.95].map { share in
            String(format: "%.1f", percentile(share) / max(floor.percentile(share), .microseconds(1)))
        }
        return "p50 \(floor.percentile(0.5).milliseconds), p95 \(floor.p95.milliseconds) ms; "
            + "ratio \(ratios.joined(separator: " and "))"
    }
}

extension Duration {
    /// The duration in seconds.
    var seconds: Double { self / .seconds(1) }

    /// The duration in milliseconds, with two digits after the point.
    var milliseconds: String { String(format: "%.2f", self / .milliseconds(1)) }
}

extension Double {
    /// A rate as a whole number with separators: `1,234,567`.
    var rate: String {
        var digits = String(Int(self))
        var groups: [String] = []
        while digits.count > 3 {
            groups.insert(String(digits.suffix(3)), at: 0)
            digits.removeLast(3)
        }
        return ([digits] + groups).joined(separator: ",")
    }

    /// A ratio with two digits after the point.
    var ratio: String { String(format: "%.2f", self) }
}
