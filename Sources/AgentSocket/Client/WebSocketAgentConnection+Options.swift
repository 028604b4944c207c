extension WebSocketAgentConnection {
    /// The times and limits of the connection.
    package struct Options: Hashable, Sendable {
        /// What the state machine holds to.
        package var limits = AgentConnectionStateMachine.Limits()
        /// The delays between attempts to connect.
        package var backoff = ReconnectBackoff()
        /// The time from the start of an attempt to connect to the agent's STATUS.
        package var handshakeTimeout: Duration = .seconds(10)
        /// The time between two pings.
        package var pingInterval: Duration = .seconds(30)
        /// The time that the agent has to answer a ping.
        package var pongTimeout: Duration = .seconds(30)
        /// The time that the agent has to answer a question beside its runs.
        package var queryTimeout: Duration = .seconds(5)
        /// How often the limits are looked at, and so how exactly they are kept.
        package var tickInterval: Duration = .seconds(1)
        /// The bytes of a reply's text that wait for its consumer before the socket is read no further.
        package var bufferedBytes = 256 << 10

        /// Creates the default options.
        package init() {}
    }
}
