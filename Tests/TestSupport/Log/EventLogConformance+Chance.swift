import PlatformSDK
import Testing

extension EventLogConformance {
    static let chance: [Case] = (0..<12 as Range<UInt64>).map { seed in
        Case("gives every reader the same response, whatever owners and trims do meanwhile (seed \(seed))") {
            subject async throws in
            var scene = ChanceScene(seed: seed)
            try await scene.play(on: subject)
        }
    }
}

/// A run whose owners change and whose beginning is trimmed at random, with readers that look in now and then.
private struct ChanceScene {
    private static let runID = "run-1"

    private var random: SeededGenerator
    private var attempt = 1
    /// What the log has, trimmed or not.
    private var kept: [StreamEvent] = []
    private var trimmed = 0
    private var hasBegun = false
    private var readers = Array(repeating: RunProjection(), count: 4)

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
    }

    mutating func play(on subject: EventLogSubject) async throws {
        let log = subject.log
        try await log.claim(Self.runID, attempt: attempt)
        for _ in 0..<80 {
            switch Int.random(in: 0..<8, using: &random) {
            case 0: try await takeOver(log)
            case 1 where !kept.isEmpty:
                trimmed = max(trimmed, Int.random(in: 0...kept.count, using: &random))
                try await log.trim(Self.runID, through: trimmed)
            case 2:
                // Its confirmation was lost.
                let last = kept.suffix(3).filter { $0.attempt == attempt }
                try await log.append(Array(last), to: Self.runID, attempt: attempt)
            default: try await append(log)
            }
            let reader = Int.random(in: 0..<readers.count, using: &random)
            try await look(reader, log, limit: Int.random(in: 1...4, using: &random))
        }
        if !hasBegun { try await append(log) }
        let end = LogFixtures.end(kept.count + 1, of: Self.runID, attempt: attempt)
        try await log.append([end], to: Self.runID, attempt: attempt)
        kept.append(end)

        let whole = LogFixtures.snapshot(of: kept)
        for reader in readers.indices {
            while try await !look(reader, log, limit: 3) {}
            #expect(readers[reader].snapshot == whole, "reader \(reader)")
        }
        var fresh = RunProjection()
        for frame in try await subject.frames(of: Self.runID) { fresh.apply(frame) }
        #expect(fresh.snapshot == whole)
    }

    /// A reader reads one page; returns whether nothing will follow.
    @discardableResult
    private mutating func look(_ reader: Int, _ log: any EventLog, limit: Int) async throws -> Bool {
        let page = try await log.read(Self.runID, after: readers[reader].cursor, limit: limit)
        for frame in page.frames { readers[reader].apply(frame) }
        return page.isEnd
    }

    private mutating func takeOver(_ log: any EventLog) async throws {
        let cut = Bool.random(using: &random) ? Int.random(in: trimmed...kept.count, using: &random) : nil
        attempt += Int.random(in: 1...2, using: &random)
        try await log.claim(Self.runID, attempt: attempt, keepingThrough: cut)
        if let cut { kept.removeSubrange(cut...) }
        hasBegun = false
        let stale = LogFixtures.delta(kept.count + 1, of: Self.runID, attempt: attempt - 1)
        let error = await #expect(throws: PlatformError.self) {
            try await log.append([stale], to: Self.runID, attempt: stale.attempt)
        }
        #expect(error?.code == .notOwner)
    }

    private mutating func append(_ log: any EventLog) async throws {
        let count = Int.random(in: 1...5, using: &random)
        let events =
            hasBegun
            ? (1...count).map { LogFixtures.delta(kept.count + $0, of: Self.runID, attempt: attempt, text: "\($0)") }
            : LogFixtures.answer(of: Self.runID, deltas: count, attempt: attempt, from: kept.count + 1)
        hasBegun = true
        try await log.append(events, to: Self.runID, attempt: attempt)
        kept += events
    }
}
