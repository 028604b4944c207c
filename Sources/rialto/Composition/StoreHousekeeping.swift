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
    private let attachments: String
    private let logger: Logger

    /// Makes the service.
    ///
    /// - Parameter attachments: The directory with a folder for each file.
    init(store: SQLiteBridgeStore, attachments: String, logger: Logger) {
        self.store = store
        self.attachments = attachments
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

    /// Removes the files of turns from before a point in time.
    private static func removeFolders(of directory: String, olderThan cutoff: Date) {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? [] {
            let folder = directory + "/" + name
            let attributes = try? FileManager.default.attributesOfItem(atPath: folder)
            guard let date = attributes?[.modificationDate] as? Date, date < cutoff else { continue }
            try? FileManager.default.removeItem(atPath: folder)
        }
    }

    private func prune() async {
        do {
            let cutoff = Date(timeIntervalSinceNow: -Self.retention)
            Self.removeFolders(of: attachments, olderThan: cutoff)
            while try await store.pruneContent(settledBefore: cutoff, limit: Self.batch) > 0 {}
        } catch {
            logger.warning("old messages could not be forgotten", metadata: ["error": "\(error)"])
        }
    }
}
