import Foundation

/// Runs calls that block on the disk outside the cooperative pool, one after another.
enum DiskQueue {
    private static let queue = DispatchQueue(label: "rialto.files")

    static func run<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: body()) }
        }
    }

    static func run<Value: Sendable>(throwing body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result(catching: body)) }
        }
    }
}
