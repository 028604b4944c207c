import Synchronization

/// When each chunk of each run left the provider, and when its text arrived.
///
/// A chunk's text is its number and a space, so that it is found again in whatever pieces the text arrives.
final class Stopwatch: Sendable {
    private struct Times {
        var sent: ContinuousClock.Instant?
        var received: ContinuousClock.Instant?
    }

    private let times: Mutex<[[Times]]>

    /// Creates a stopwatch for so many runs of so many chunks.
    init(runs: Int, chunks: Int) {
        times = Mutex(Array(repeating: Array(repeating: Times(), count: chunks), count: runs))
    }

    /// The text of a chunk.
    static func text(_ chunk: Int) -> String { "\(chunk) " }

    /// A chunk is written now.
    func send(_ chunk: Int, of run: Int) {
        let now = ContinuousClock.now
        times.withLock { $0[run][chunk].sent = now }
    }

    /// The text of one or more chunks has arrived.
    func receive(_ text: String, of run: Int, at now: ContinuousClock.Instant) {
        let chunks = text.split(separator: " ").compactMap { Int($0) }
        times.withLock { times in
            for chunk in chunks where times[run].indices.contains(chunk) { times[run][chunk].received = now }
        }
    }

    /// How long the chunks took; throws where one has not arrived.
    func latencies() throws -> Distribution {
        Distribution(
            try times.withLock(\.self).joined().map { times in
                guard let sent = times.sent, let received = times.received else {
                    throw BenchmarkError("a chunk has not arrived")
                }
                return received - sent
            })
    }
}
