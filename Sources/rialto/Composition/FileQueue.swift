import Foundation

/// Where small files are read for the agent: one thread of its own, as a slow disk must not hold up what else runs.
enum FileQueue {
    private static let queue = DispatchQueue(label: "rialto.files")

    /// Runs what may block; returns its result.
    static func run<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: body()) }
        }
    }
}
