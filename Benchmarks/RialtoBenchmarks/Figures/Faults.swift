import Foundation

/// Why a benchmark could not be measured.
struct BenchmarkError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }

    /// The failure of a system call that has just returned.
    static func system(_ call: String) -> BenchmarkError {
        BenchmarkError("\(call) failed: \(String(cString: strerror(errno)))")
    }
}

/// Runs a body that blocks on a thread of its own.
func onThread<Value: Sendable>(
    _ name: String, _ body: @escaping @Sendable () throws -> Value
) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        let thread = Thread { continuation.resume(with: Result(catching: body)) }
        thread.name = name
        thread.start()
    }
}
