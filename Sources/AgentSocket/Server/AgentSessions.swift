import Synchronization

/// The connections that an agent server serves now.
final class AgentSessions: Sendable {
    private struct State {
        var sessions: [ObjectIdentifier: AgentSession] = [:]
        var isDraining = false
    }

    private let state = Mutex(State())

    /// Takes a session; false where there are as many as the limit already.
    func add(_ session: AgentSession, limit: Int) -> Bool {
        let (isAdded, isDraining) = state.withLock { state in
            guard state.sessions.count < limit else { return (false, false) }
            state.sessions[ObjectIdentifier(session)] = session
            return (true, state.isDraining)
        }
        if isDraining { session.beginDraining() }
        return isAdded
    }

    /// Forgets a session that is over.
    func remove(_ session: AgentSession) {
        state.withLock { $0.sessions[ObjectIdentifier(session)] = nil }
    }

    /// Lets each session finish its generation, and those that come later end at once.
    func beginDraining() {
        for session in markDraining() { session.beginDraining() }
    }

    /// Closes all sessions, whatever they are doing.
    func closeAll() {
        for session in state.withLock({ Array($0.sessions.values) }) { session.close() }
    }

    private func markDraining() -> [AgentSession] {
        state.withLock { state in
            state.isDraining = true
            return Array(state.sessions.values)
        }
    }
}
