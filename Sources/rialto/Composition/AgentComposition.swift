import AgentRuntime
import AgentSocket
import Logging

/// The agent server that the configuration describes.
enum AgentComposition {
    /// Puts the server together.
    static func server(_ configuration: Configuration, provider: any ModelProvider, logger: Logger) -> AgentServer {
        let persona = AgentRuntime.Persona(
            name: configuration.agent.name,
            instructions: configuration.agent.instructions
        )
        var options = AgentServer.Options(host: configuration.agent.listen.host, port: configuration.agent.listen.port)
        options.drainLimit = .seconds(configuration.bridge.drainSeconds)
        return AgentServer(
            options: options,
            responder: AgentRuntime(persona: persona, provider: provider),
            logger: logger
        )
    }

    /// The address at which clients reach a server that listens on a port.
    static func address(_ listen: ListenAddress, port: Int) -> String {
        WebSocketAddress(host: listen.host, port: port, path: AgentServer.Options().path).text
    }
}
