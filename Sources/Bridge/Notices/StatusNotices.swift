package import Foundation

/// What a person reads about the bridge, about themselves and about their thread.
package protocol StatusNotices: Sendable {
    /// How the bridge stands, and which model answers in this conversation; nil where nobody knows.
    func status(_ status: BridgeStatus, isAgentConnected: Bool, model: String?) -> String
    /// Who the person is to the platform.
    func whoami(matrixID: String, userID: String, since: Date) -> String
    /// The thread at this place; tokens are zero where the agent does not count.
    func context(threadID: String, startedAt: Date, turns: Int, tokensUsed: Int, enabledSkills: [String]) -> String
}
