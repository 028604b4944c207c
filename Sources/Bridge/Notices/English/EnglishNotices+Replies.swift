extension EnglishNotices {
    package var stopped: String { "stopped" }

    package var brokenOff: String { "My agent broke off here, so this answer may be incomplete." }

    package var interruptedTooOften: String {
        "I was interrupted several times while answering this and have given up. Please ask again."
    }

    package var refusedAnswer: String { "The homeserver did not accept my answer. Please ask in another way." }

    package var answerTooLong: String { "I stopped here: the answer grew too long." }

    package var emptyAnswer: String { "My agent had nothing to say to that." }

    package var messageWithoutText: String {
        "I can read text, images and files, but not this kind of message."
    }

    package func sentence(for failure: AttachmentFailure) -> String {
        switch failure {
        case .tooLarge(let limit): "I could not take your file: it is larger than \(limit) MB."
        case .encrypted: "I could not take your file: it is encrypted."
        case .gone: "I could not take your file: the homeserver does not have it any more."
        case .unavailable, .cancelled: "I could not take your file: it could not be fetched. Please send it again."
        }
    }

    package func answerInFiles(_ count: Int) -> String {
        count == 1 ? "Here is the file." : "Here are the \(count) files."
    }

    package func fileNotPosted(_ filename: String) -> String {
        "There is a file that I could not send: \(MarkdownEscape.code(filename, limit: 64))."
    }

    package var messageTooLong: String {
        "This message is too long for my agent. Please send it in shorter parts."
    }

    package var retiredPart: String { "This part was withdrawn; the answer is complete without it." }

    package var encryptedRoom: String {
        "I can't read encrypted rooms yet. Please talk to me in a room without encryption."
    }

    package var inviteDeclined: String { "I only accept invites from people on my list." }

    package func tokens(_ count: Int) -> String { Self.count(count, "token") }
}
