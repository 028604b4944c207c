import Foundation
import Glibc
import Logging
import ServiceLifecycle

/// Gives back, once the program has come to rest, the memory that starting and working have left behind.
///
/// Most of the resident memory of an idle bridge is program text that only its start has needed. Those pages are clean
/// and come back from the file at their next use. While there is work, nothing is given back.
struct IdleMemory: Service {
    private static let interval: Duration = .seconds(15)
    /// Processor time in one interval below which the program rests.
    private static let rest: Duration = .milliseconds(20)
    /// Processor time since the last release above which there is something to give back.
    private static let worthwhile: Duration = .milliseconds(20)

    private let logger: Logger

    /// Makes the service.
    init(logger: Logger) {
        self.logger = logger
    }

    func run() async {
        try? await cancelWhenGracefulShutdown {
            var released: Duration = .zero
            var before = Self.processorTime
            while !Task.isCancelled {
                try await Task.sleep(for: Self.interval, tolerance: .seconds(5))
                let now = Self.processorTime
                if now - before < Self.rest, now - released > Self.worthwhile {
                    Self.release()
                    released = Self.processorTime
                    logger.debug("memory that is not in use was given back")
                }
                before = now
            }
        }
    }

    /// Drops the resident pages of all program text.
    private static func release() {
        for mapping in Self.programText() {
            madvise(mapping.start, mapping.length, MADV_DONTNEED)
        }
    }

    /// The mappings of program text: readable, executable, never written, and backed by a file.
    private static func programText() -> [(start: UnsafeMutableRawPointer, length: Int)] {
        guard let maps = try? String(contentsOfFile: "/proc/self/maps", encoding: .utf8) else { return [] }
        return maps.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: " ", omittingEmptySubsequences: true)
            guard fields.count >= 6, fields[1] == "r-xp", fields[5].hasPrefix("/") else { return nil }
            let bounds = fields[0].split(separator: "-").compactMap { UInt(String($0), radix: 16) }
            guard bounds.count == 2, let start = UnsafeMutableRawPointer(bitPattern: bounds[0]) else { return nil }
            return (start, Int(bounds[1] - bounds[0]))
        }
    }

    /// The processor time that the program has used, user and system.
    private static var processorTime: Duration {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
}
