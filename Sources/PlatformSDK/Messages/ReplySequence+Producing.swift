import Synchronization

extension ReplySequence {
    /// A sequence whose elements come from a function that pushes them, for producers whose resources live in a scope.
    ///
    /// The function starts with the first pull. `send` waits while `limit` elements are untaken and returns false when
    /// nobody wants more. The function's task is cancelled when the consumer's is, and when the sequence is let go.
    package static func producing(
        limit: Int,
        _ produce: @escaping @Sendable (_ send: @escaping @Sendable (Element) async -> Bool) async throws -> Void
    ) -> ReplySequence {
        let production = Production(limit: limit, produce: produce)
        return ReplySequence(next: { try await production.next() }, release: { production.stop() })
    }
}

/// Owns the task of a producing sequence: the sequence is handed out of the scope that made it, so its task can be
/// bound to the life of the sequence only, not to a task group.
private final class Production<Element: Sendable>: Sendable {
    private enum State {
        case idle
        case running(Task<Void, Never>)
        case stopped
    }

    typealias Send = @Sendable (Element) async -> Bool

    private let state = Mutex(State.idle)
    private let channel: ReplyChannel<Element>
    private let produce: @Sendable (@escaping Send) async throws -> Void

    init(limit: Int, produce: @escaping @Sendable (@escaping Send) async throws -> Void) {
        self.channel = ReplyChannel(limit: limit)
        self.produce = produce
    }

    func next() async throws -> Element? {
        start()
        do {
            return try await channel.next()
        } catch {
            stop()
            throw error
        }
    }

    func stop() {
        let task: Task<Void, Never>? = state.withLock { state in
            defer { state = .stopped }
            guard case .running(let task) = state else { return nil }
            return task
        }
        channel.abandon()
        task?.cancel()
    }

    private func start() {
        state.withLock { state in
            guard case .idle = state else { return }
            state = .running(
                Task { [channel, produce] in
                    do {
                        try await produce { await channel.send($0) }
                        channel.finish()
                    } catch {
                        channel.finish(throwing: error)
                    }
                }
            )
        }
    }
}
