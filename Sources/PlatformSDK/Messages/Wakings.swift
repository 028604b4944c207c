package import Synchronization

/// Continuations that are resumed when a lock has been let go.
///
/// To resume a continuation takes its task's own lock, and whoever cancels that task holds that one while its
/// cancellation handler asks for ours: a resumption under our lock could wait for ever.
package struct Wakings {
    private var continuations: [CheckedContinuation<Void, Never>] = []

    /// Takes a continuation, where there is one.
    package mutating func add(_ continuation: CheckedContinuation<Void, Never>?) {
        if let continuation { continuations.append(continuation) }
    }

    /// Takes continuations.
    package mutating func add(_ more: some Sequence<CheckedContinuation<Void, Never>>) {
        continuations.append(contentsOf: more)
    }

    fileprivate func resume() {
        for continuation in continuations { continuation.resume() }
    }
}

extension Mutex where Value: Sendable {
    /// Changes the value, and then, without the lock, resumes who waited for that change.
    package borrowing func withLockWaking<Result, Failure: Error>(
        _ body: (inout Value, inout Wakings) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        var wakings = Wakings()
        defer { wakings.resume() }
        var result: Swift.Result<Result, Failure>?
        withLock { value in
            do throws(Failure) {
                result = .success(try body(&value, &wakings))
            } catch {
                result = .failure(error)
            }
        }
        guard let result else { preconditionFailure("a lock runs its body") }
        return try result.get()
    }
}
