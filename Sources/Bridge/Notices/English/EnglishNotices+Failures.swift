package import PlatformSDK

extension EnglishNotices {
    package func sentence(for error: PlatformError) -> String {
        switch error.code {
        case .unavailable:
            "I can't reach my agent right now. Please try again in a moment."
        case .busy:
            "My agent is busy with other messages. Please try again in a moment."
        case .timedOut:
            "My agent took too long to answer. Please try again."
        case .agentFailed where error.agentCode == PlatformError.modelNotAllowedCode:
            "My agent does not offer the model that was chosen for this conversation, so nobody has answered. "
                + "The command `model` shows those that there are."
        case .agentFailed:
            if let problem = AgentProblem(error) {
                sentence(for: problem)
            } else if let code = error.shownAgentCode {
                "My agent ran into a problem (`\(code)`). Please try again."
            } else {
                "My agent ran into a problem. Please try again."
            }
        case .protocolViolation:
            "I couldn't make sense of what my agent sent. Please try again."
        case .frameTooLarge:
            "That is more than I can exchange with my agent at once. Please try a shorter message."
        case .store:
            "I couldn't read or save your settings just now. Please try again in a moment."
        default:
            internalFailure
        }
    }

    package var internalFailure: String {
        "Something went wrong on my side. Please try again; if it keeps happening, tell whoever runs me."
    }
}
