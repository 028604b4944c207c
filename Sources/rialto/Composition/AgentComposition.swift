import AgentRuntime
import AgentSocket
import Logging
import ModelProviders

/// The agent server that the configuration describes.
enum AgentComposition {
    /// Puts the server together.
    static func server(_ configuration: Configuration, logger: Logger) throws -> AgentServer {
        let persona = AgentRuntime.Persona(
            name: configuration.agent.name,
            instructions: configuration.agent.instructions
        )
        var options = AgentServer.Options(host: configuration.agent.listen.host, port: configuration.agent.listen.port)
        options.drainLimit = .seconds(configuration.bridge.drainSeconds)
        return AgentServer(
            options: options,
            responder: AgentRuntime(persona: persona, provider: try provider(configuration)),
            logger: logger
        )
    }

    /// The model that the configuration names.
    static func provider(_ configuration: Configuration) throws(ConfigurationError) -> any ModelProvider {
        switch configuration.provider.kind {
        case .echo: return EchoProvider()
        case .openaiResponses, .anthropic, .openaiChat:
            throw ConfigurationError(
                .missing,
                key: "provider.kind",
                "\"\(configuration.provider.kind.rawValue)\" is not part of this version yet; use \"echo\""
            )
        }
    }

    /// The address at which clients reach a server that listens on a port.
    static func address(_ listen: ListenAddress, port: Int) -> String {
        WebSocketAddress(host: listen.host, port: port, path: AgentServer.Options().path).text
    }
}
