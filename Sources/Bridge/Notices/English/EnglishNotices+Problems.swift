extension EnglishNotices {
    package func sentence(for problem: AgentProblem) -> String {
        switch problem {
        case .authentication:
            "My model's provider does not accept my key. Asking again won't help; please tell whoever runs me."
        case .notFound:
            "My model is not there under the name that I know. Asking again won't help; please tell whoever runs me."
        case .rateLimited:
            "My model's provider wants fewer requests for a while. Please try again later."
        case .quotaExceeded:
            "The account behind my model is used up. Asking again won't help; please tell whoever runs me."
        case .invalidRequest:
            "My model's provider did not accept what I sent. Please ask in another way, or start a new conversation."
        case .attachmentRefused:
            "My model does not take this kind of file. Please send your message without it, or say what is in it."
        case .contextLengthExceeded:
            "This is more than my model can read. Please send less at once, or start a new conversation."
        case .overloaded:
            "My model's provider has too much to do right now. Please try again in a moment."
        case .unavailable:
            "I can't get an answer from my model right now. Please try again in a moment."
        case .truncated:
            "My model's answer broke off before its end. Please try again."
        case .stalled:
            "My model fell silent, and I gave up waiting. Please try again."
        case .malformed:
            "I couldn't make sense of what my model sent. If it happens again, please tell whoever runs me."
        case .refused:
            "My model declined to answer this. Please ask in another way."
        case .lengthExhausted:
            "My model reached its limit before it could say anything. Please ask for less at once."
        case .answerTooLong: answerTooLong
        case .interrupted:
            "I was interrupted, and what I had begun may have been done or not. Please look first; a 🔁 on your question "
                + "makes me answer it again."
        case .timedOut:
            "My agent worked on this for as long as it may, without coming to an end. Please ask for less at once."
        case .tooManyRounds:
            "My agent used its tools again and again without coming to an answer. Please ask in another way."
        }
    }
}
