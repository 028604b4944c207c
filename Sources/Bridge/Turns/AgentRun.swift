package import Logging
import MatrixAPI
package import PlatformSDK
import Synchronization

/// Asks the agent for one turn's answer and reads it to its end, whatever that end is.
package struct AgentRun: Sendable {
    /// The longest answer that is kept, in bytes of UTF-8; past it the run is stopped.
    package static let maximumAnswerBytes = 1_048_576

    /// The most files that one answer brings.
    package static let maximumFiles = 20

    private let platform: any PlatformClient
    private let store: any BridgeStore
    private let attachments: (any AttachmentSource)?
    private let shelf: (any FileShelf)?
    private let notices: any Notices
    private let logger: Logger

    /// Creates a run.
    package init(
        platform: any PlatformClient,
        store: any BridgeStore,
        attachments: (any AttachmentSource)? = nil,
        shelf: (any FileShelf)? = nil,
        notices: any Notices,
        logger: Logger
    ) {
        self.attachments = attachments
        self.shelf = shelf
        self.platform = platform
        self.store = store
        self.notices = notices
        self.logger = logger
    }

    /// The answer to a turn, its text handed to the feed as it comes.
    ///
    /// - Parameter stop: Raised when a person wants no more; the text so far is the answer then.
    /// - Throws: `CancellationError` when the task is cancelled, which is not an answer.
    package func answer(to turn: Turn, feed: ReplyFeed, stop: WakeSignal) async throws -> Answer {
        let answer = try await withThrowingTaskGroup(of: Answer?.self) { group in
            group.addTask { try await self.read(turn, feed: feed) }
            group.addTask {
                await stop.wait()
                return nil
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
        try Task.checkCancellation()
        let said = feed.current
        return answer ?? Answer(ending: .stopped, text: said.text, remark: notices.stopped, files: said.files)
    }

    private func read(_ turn: Turn, feed: ReplyFeed) async throws -> Answer {
        var tokensUsed = 0
        var model: String?
        let remark = Mutex<String?>(nil)
        let runID = turn.runID ?? turn.turnID
        do {
            // The files are fetched only where the agent is asked: a run that goes on has had them, and may still use them.
            let ask: Asking = {
                let request = try await request(of: turn, runID: runID) { failure in
                    remark.withLock { $0 = notices.sentence(for: failure) }
                }
                // A run that begins now would have nobody who stops it.
                try Task.checkCancellation()
                return try await platform.streamMessage(request)
            }
            for try await chunk in try await chunks(of: runID, turn: turn, feed: feed, ask) {
                if case .reset(let text)? = chunk.event { feed.replace(with: text, seq: chunk.seq) }
                // The number of a file's event is not passed before the file is there: a crash in between would lose it.
                if case .file(let file)? = chunk.event {
                    if !(try await keep(file, seq: chunk.seq, of: turn, in: feed)) {
                        remark.withLock { $0 = notices.fileNotPosted(file.filename) }
                    }
                }
                // Nothing comes behind the end: a run is read again from before it.
                feed.append(chunk.delta, seq: chunk.finished ? 0 : chunk.seq)
                if feed.size > Self.maximumAnswerBytes {
                    try? await platform.stopRun(runID)
                    let said = feed.current
                    return Answer(
                        ending: .failed, text: said.text, remark: notices.answerTooLong, files: said.files)
                }
                if chunk.finished {
                    tokensUsed = chunk.tokensUsed
                    model = chunk.model
                    break
                }
            }
            let said = feed.current
            var text = said.text
            if !text.contains(where: { !$0.isWhitespace }) {
                text = said.files.isEmpty ? notices.emptyAnswer : notices.answerInFiles(said.files.count)
            }
            return Answer(
                ending: .complete, text: text, remark: remark.withLock { $0 }, tokensUsed: tokensUsed, model: model,
                files: said.files)
        } catch is NothingToAsk {
            return Answer(ending: .failed, text: "", remark: remark.withLock { $0 })
        } catch {
            // A run that was stopped or cancelled has not failed; its caller knows what to make of it.
            try Task.checkCancellation()
            logger.warning("the agent failed", metadata: ["turn": "\(turn.turnID)", "error": "\(error)"])
            let (said, remark) = (feed.current, await sentence(for: error, of: turn))
            return Answer(
                ending: .failed, text: said.text, remark: remark, tokensUsed: tokensUsed, files: said.files)
        }
    }

    /// What the person reads about a failure; of a spent budget how much it was, where the agent tells.
    private func sentence(for error: any Error, of turn: Turn) async -> String {
        guard let budget = SpentBudget(error) else { return notices.sentence(for: error) }
        let sender = turn.question.sender.rawValue
        let user = try? await platform.getOrCreateUser(externalID: sender, platform: "matrix", displayName: nil)
        guard let userID = user?.userID else { return notices.budgetSpent(budget, nil) }
        let report = try? await platform.usage(userID: userID, threadID: turn.question.threadID)
        return notices.budgetSpent(budget, report.flatMap(budget.numbers))
    }

    /// Asks the agent; its answer's chunks.
    private typealias Asking = @Sendable () async throws -> ReplySequence<MessageChunk>

    /// A question has no words, and none of its files is to be had.
    private struct NothingToAsk: Error {}

    /// What the agent is asked: what there is of a question whose files are not all to be had.
    private func request(
        of turn: Turn,
        runID: String,
        missing: (AttachmentFailure) -> Void
    ) async throws -> MessageRequest {
        let sender = turn.question.sender.rawValue
        let user = try await platform.getOrCreateUser(externalID: sender, platform: "matrix", displayName: nil)
        let settings = try await platform.getSettings(userID: user.userID)
        let files = try await files(of: turn)
        if let failure = files.failure { missing(failure) }
        guard !turn.question.text.isEmpty || !files.attachments.isEmpty else { throw NothingToAsk() }
        let thread = try await store.thread(turn.question.threadID)
        return MessageRequest(
            userID: user.userID,
            threadID: turn.question.threadID,
            runID: runID,
            turnID: turn.turnID,
            text: turn.question.text,
            skills: settings.enabledSkills,
            soul: settings.soul,
            attachments: files.attachments,
            model: thread?.model,
            history: thread?.passages ?? []
        )
    }

    /// The run's chunks: all of them at the first attempt, and those after what was shown at a further one.
    ///
    /// An agent that cannot resume, or does not know the run any more, is asked again under the same id.
    private func chunks(
        of runID: String,
        turn: Turn,
        feed: ReplyFeed,
        _ ask: @escaping Asking
    ) async throws -> ReplySequence<MessageChunk> {
        guard turn.attempt > 1 else { return try await ask() }
        let lost: Set<PlatformError.Code> = [.unsupported, .unknownRun]
        let resumed: ReplySequence<MessageChunk>
        do {
            resumed = try await platform.resumeMessage(runID: runID, after: feed.current.seq)
        } catch let error as PlatformError where lost.contains(error.code) {
            try await forget(runID, of: turn, feed: feed)
            return try await ask()
        }
        let rest = Mutex(resumed)
        let hasBegun = Mutex(false)
        let wasLost = Mutex(false)
        return ReplySequence(next: {
            var iterator = rest.withLock { $0 }.makeAsyncIterator()
            do {
                let chunk = try await iterator.next()
                hasBegun.withLock { $0 = true }
                if !wasLost.withLock({ $0 }) { feed.isTakenUp() }
                return chunk
            } catch {
                guard let failure = error as? PlatformError, lost.contains(failure.code),
                    !hasBegun.withLock({ $0 })
                else { throw error }
                wasLost.withLock { $0 = true }
                try await forget(runID, of: turn, feed: feed)
                let again = try await ask()
                rest.withLock { $0 = again }
                hasBegun.withLock { $0 = true }
                var iterator = again.makeAsyncIterator()
                return try await iterator.next()
            }
        })
    }

    /// Forgets what was shown of a lost run, before the agent is asked again: the numbers of its events are given once more.
    private func forget(_ runID: String, of turn: Turn, feed: ReplyFeed) async throws {
        if turn.progress != nil {
            let nothing = TurnProgress(seq: 0, text: "")
            try await store.noteProgress(nothing, of: turn.turnID, runID: runID, isAdvance: false)
        }
        feed.replace(with: "")
    }

    /// Keeps a file that the agent gives, and says whether that is so; of too many files nothing is said.
    private func keep(_ file: AgentFile, seq: Int, of turn: Turn, in feed: ReplyFeed) async throws -> Bool {
        let number = feed.current.files.count
        guard number < Self.maximumFiles else { return true }
        do throws(AttachmentFailure) {
            guard let shelf else { throw .unavailable }
            let kept = try await shelf.keep(file, as: "\(turn.turnID)-\(turn.revision)-\(number)")
            feed.append(kept, seq: seq)
            return true
        } catch {
            guard error != .cancelled else { throw CancellationError() }
            logger.warning(
                "a file of the agent's cannot be had", metadata: ["turn": "\(turn.turnID)", "reason": "\(error)"])
            return false
        }
    }

    /// The files that came with the question, on the disk; and why one of them is not to be had.
    private func files(of turn: Turn) async throws -> (attachments: [Attachment], failure: AttachmentFailure?) {
        var attachments: [Attachment] = []
        var failure: AttachmentFailure?
        for (index, file) in turn.question.files.enumerated() {
            do throws(AttachmentFailure) {
                guard let source = self.attachments else { throw .unavailable }
                attachments.append(try await source.fetch(file, as: "\(turn.turnID)-\(index)"))
            } catch {
                guard error != .cancelled else { throw CancellationError() }
                logger.warning("a file cannot be had", metadata: ["turn": "\(turn.turnID)", "reason": "\(error)"])
                failure = failure ?? error
            }
        }
        return (attachments, failure)
    }
}
