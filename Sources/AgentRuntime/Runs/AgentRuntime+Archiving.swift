import Logging
import PlatformSDK

extension AgentRuntime {
    /// How often the end of one run is tried before its thread goes on without it; the housekeeping then goes on trying.
    private static let archiveAttempts = 6

    /// Archives the ends that an earlier process has left in the log, before any run reads the history of its thread.
    func catchUp() async {
        let projector = RunProjector(log: parts.log, archive: parts.archive)
        for failures in 1... {
            do {
                let left = try await projector.catchUp()
                guard let failure = left.first else { return }
                logger.error(
                    "runs that are over cannot be archived",
                    metadata: ["runs": "\(left.count)", "first": "\(failure.key)", "error": "\(failure.value)"])
                if failures >= Self.archiveAttempts { return }
            } catch {
                if Task.isCancelled { return }
                logger.error("runs that are over cannot be listed", metadata: ["error": "\(error)"])
            }
            await pause(afterFailures: failures)
            if Task.isCancelled { return }
        }
    }

    /// Keeps a run's last snapshot; what is cut short here the next start catches up with.
    func archive(_ writer: RunWriter) async {
        guard let snapshot = writer.snapshot else { return }
        for failures in 1...Self.archiveAttempts {
            do {
                try await parts.archive.store(snapshot)
                return
            } catch {
                logger.error(
                    "the end of a run is not archived yet", metadata: ["run": "\(writer.runID)", "error": "\(error)"])
            }
            if failures < Self.archiveAttempts { await pause(afterFailures: failures) }
            if Task.isCancelled { return }
        }
    }

    /// Archives the end of a run whose terminal event is in the log though its append has failed; does nothing for one
    /// that has no end.
    func archiveEnd(of runID: String) async throws {
        let state = try await parts.log.state(of: runID)
        guard state.isSealed, state.lastSeq > 0 else { return }
        try await RunProjector(log: parts.log, archive: parts.archive).project(runID)
    }

    /// Waits before something is tried again that has failed so many times; longer each time, at most half a minute.
    func pause(afterFailures failures: Int) async {
        try? await clock.sleep(for: min(Duration.seconds(1) * (1 << min(failures - 1, 5)), .seconds(30)))
    }
}
