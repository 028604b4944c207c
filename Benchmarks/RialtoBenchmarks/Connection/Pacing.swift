import Foundation

/// When which chunk is due: each run has its chunks at random distances around the same mean, as models have.
struct Pacing {
    /// A chunk that is due.
    struct Beat {
        /// The time from the start.
        let offset: Duration
        /// The run.
        let run: Int
        /// The number of the chunk in its run.
        let chunk: Int
        /// Whether it is the run's last one.
        let isLast: Bool
    }

    /// The chunks of all runs, in the order of their times.
    let beats: [Beat]

    /// Makes a plan that is the same each time.
    ///
    /// - Parameter mean: The mean time between two chunks of a run; each is between a half and one and a half of it.
    init(runs: Int, chunks: Int, mean: Duration) {
        var generator = SplitMix(state: 0x5249_414C_544F)
        var beats: [Beat] = []
        for run in 0..<runs {
            var offset = mean * Double.random(in: 0...1, using: &generator)
            for chunk in 0..<chunks {
                beats.append(Beat(offset: offset, run: run, chunk: chunk, isLast: chunk == chunks - 1))
                offset += mean * Double.random(in: 0.5...1.5, using: &generator)
            }
        }
        self.beats = beats.sorted { $0.offset < $1.offset }
    }

    /// Calls a function for each chunk when it is due, on the calling thread.
    func play(_ body: (Beat) throws -> Void) rethrows {
        let start = ContinuousClock.now
        for beat in beats {
            let pause = start + beat.offset - .now
            if pause > .zero { Thread.sleep(forTimeInterval: pause.seconds) }
            try body(beat)
        }
    }
}

/// A small generator of random numbers that begins with a seed.
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
