package import PlatformSDK

/// What a person reads when something has failed.
package protocol FailureNotices: Sendable {
    /// What a failure of the platform means for the person who wrote, and what they can do.
    func sentence(for error: PlatformError) -> String
    /// What a problem of the agent's means for the person who wrote, and what they can do.
    func sentence(for problem: AgentProblem) -> String
    /// Said when the failure is the bridge's own.
    var internalFailure: String { get }
}

extension FailureNotices {
    /// What any failure means for the person who wrote; nothing of an unknown error is shown.
    package func sentence(for error: any Error) -> String {
        (error as? PlatformError).map { sentence(for: $0) } ?? internalFailure
    }
}

extension PlatformError {
    /// The longest error code of an agent that is shown.
    private static let maximumShownCodeLength = 40

    /// The agent's error code where it is short and plain (`[A-Z0-9_]`), and so says nothing that it should not.
    package var shownAgentCode: String? {
        guard let agentCode, (1...Self.maximumShownCodeLength).contains(agentCode.utf8.count) else { return nil }
        let isPlain = agentCode.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"): true
            default: false
            }
        }
        return isPlain ? agentCode : nil
    }
}
