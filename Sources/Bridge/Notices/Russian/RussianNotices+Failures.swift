package import PlatformSDK

extension RussianNotices {
    package func sentence(for error: PlatformError) -> String {
        switch error.code {
        case .unavailable:
            "Сейчас мой агент недоступен. Попробуйте, пожалуйста, чуть позже."
        case .busy:
            "Мой агент занят другими сообщениями. Попробуйте, пожалуйста, чуть позже."
        case .timedOut:
            "Мой агент слишком долго не отвечал. Попробуйте, пожалуйста, ещё раз."
        case .agentFailed where error.agentCode == PlatformError.modelNotAllowedCode:
            "Мой агент не предлагает модель, выбранную для этого разговора, поэтому ответить некому. "
                + "Какие модели есть, покажет команда `model`."
        case .agentFailed:
            if let problem = AgentProblem(error) {
                sentence(for: problem)
            } else if let code = error.shownAgentCode {
                "У моего агента возникла проблема (`\(code)`). Попробуйте, пожалуйста, ещё раз."
            } else {
                "У моего агента возникла проблема. Попробуйте, пожалуйста, ещё раз."
            }
        case .protocolViolation:
            "Мне не удалось разобрать то, что прислал мой агент. Попробуйте, пожалуйста, ещё раз."
        case .frameTooLarge:
            "Это больше, чем можно передать моему агенту за один раз. Попробуйте сообщение покороче."
        case .store:
            "Сейчас не удалось прочитать или сохранить ваши настройки. Попробуйте чуть позже."
        default:
            internalFailure
        }
    }

    package var internalFailure: String {
        "У меня что-то пошло не так. Попробуйте ещё раз, а если это повторится, сообщите тому, кто меня запускает."
    }
}
