package import Logging
import MatrixAPI
package import PlatformSDK

/// Asks the agent for one turn's answer and reads it to its end, whatever that end is.
package struct AgentRun: Sendable {
    /// The longest answer that is kept, in bytes of UTF-8; past it the run is stopped.
    package static let maximumAnswerBytes = 1_048_576

    /// The most files that one answer brings.
    package static let maximumFiles = 20

    private let platform: any PlatformClient
    private let attachments: (any AttachmentSource)?
    private let shelf: (any FileShelf)?
    private let notices: any Notices
    private let logger: Logger

    /// Creates a run.
    package init(
        platform: any PlatformClient,
        attachments: (any AttachmentSource)? = nil,
        shelf: (any FileShelf)? = nil,
        notices: any Notices,
        logger: Logger
    ) {
        self.attachments = attachments
        self.shelf = shelf
        self.platform = platform
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
        var remark: String?
        do {
            let sender = turn.question.sender.rawValue
            let user = try await platform.getOrCreateUser(externalID: sender, platform: "matrix", displayName: nil)
            let settings = try await platform.getSettings(userID: user.userID)
            let files = try await files(of: turn)
            remark = files.failure.map(notices.sentence(for:))
            // Without words or files there is nothing left to ask; what there is, is answered all the same.
            if turn.question.text.isEmpty, files.attachments.isEmpty {
                return Answer(ending: .failed, text: "", remark: remark)
            }
            let request = MessageRequest(
                userID: user.userID,
                threadID: turn.question.threadID,
                runID: turn.runID ?? turn.turnID,
                text: turn.question.text,
                skills: settings.enabledSkills,
                attachments: files.attachments
            )
            var size = 0
            for try await chunk in try await platform.streamMessage(request) {
                feed.append(chunk.delta)
                if case .file(let file)? = chunk.event { try await keep(file, of: turn, in: feed, remark: &remark) }
                size += chunk.delta.utf8.count
                if chunk.finished { tokensUsed = chunk.tokensUsed }
                if size > Self.maximumAnswerBytes {
                    return Answer(ending: .failed, text: feed.current.text, remark: notices.answerTooLong)
                }
            }
            let said = feed.current
            var text = said.text
            if !text.contains(where: { !$0.isWhitespace }) {
                text = said.files.isEmpty ? notices.emptyAnswer : notices.answerInFiles(said.files.count)
            }
            return Answer(
                ending: .complete, text: text, remark: remark, tokensUsed: tokensUsed, files: said.files)
        } catch {
            // A run that was stopped or cancelled has not failed; its caller knows what to make of it.
            try Task.checkCancellation()
            logger.warning("the agent failed", metadata: ["turn": "\(turn.turnID)", "error": "\(error)"])
            let (said, remark) = (feed.current, notices.sentence(for: error))
            return Answer(
                ending: .failed, text: said.text, remark: remark, tokensUsed: tokensUsed, files: said.files)
        }
    }

    /// Keeps a file that the agent gives; where that fails, the answer says so.
    private func keep(
        _ file: AgentFile,
        of turn: Turn,
        in feed: ReplyFeed,
        remark: inout String?
    ) async throws {
        let number = feed.current.files.count
        guard number < Self.maximumFiles else { return }
        do throws(AttachmentFailure) {
            guard let shelf else { throw .unavailable }
            feed.append(try await shelf.keep(file, as: "\(turn.turnID)-\(turn.revision)-\(number)"))
        } catch {
            guard error != .cancelled else { throw CancellationError() }
            logger.warning(
                "a file of the agent's cannot be had", metadata: ["turn": "\(turn.turnID)", "reason": "\(error)"])
            remark = notices.fileNotPosted(file.filename)
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
