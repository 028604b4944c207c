import Foundation
import Logging
import SQLiteStore
import ServiceLifecycle

/// Forgets, once an hour, what the people and the agent wrote in turns that are long done; their ids stay, so that
/// nothing is answered twice.
struct StoreHousekeeping: Service {
    private static let interval: Duration = .seconds(3600)
    private static let retention: TimeInterval = 7 * 24 * 3600
    private static let batch = 500

    private let store: SQLiteBridgeStore
    private let logger: Logger

    /// Makes the service.
    init(store: SQLiteBridgeStore, logger: Logger) {
        self.store = store
        self.logger = logger
    }

    func run() async {
        try? await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await prune()
                try await Task.sleep(for: Self.interval)
            }
        }
    }

    private func prune() async {
        do {
            let cutoff = Date(timeIntervalSinceNow: -Self.retention)
            while try await store.pruneContent(settledBefore: cutoff, limit: Self.batch) > 0 {}
        } catch {
            logger.warning("old messages could not be forgotten", metadata: ["error": "\(error)"])
        }
    }
}
