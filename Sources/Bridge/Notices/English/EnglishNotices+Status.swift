package import Foundation

extension EnglishNotices {
    package func status(_ status: BridgeStatus, isAgentConnected: Bool, model: String?) -> String {
        let agent = isAgentConnected ? "✅ connected" : "⚠️ not connected right now; I keep trying"
        let turns = "\(Self.grouped(status.openTurnsInRoom)) here, \(Self.grouped(status.openTurns)) in all rooms"
        let rate = String(format: "%.1f", status.eventsPerSecond)
        var entries = [
            "**Agent:** \(agent)",
            "**Version:** \(MarkdownEscape.code(status.version, limit: 64))",
            "**Running for:** \(Self.span(status.uptime))",
            "**Rooms:** \(Self.grouped(status.rooms))",
            "**Answers under way:** \(turns)",
            "**Edits:** \(edits(status.sends)), at \(rate) messages a second",
        ]
        if let model { entries.insert("**Model here:** \(MarkdownEscape.code(model, limit: 64))", at: 1) }
        return "**Status**\n\n\(Self.list(entries))"
    }

    private func edits(_ counts: SendCounts) -> String {
        let (sent, saved) = (Self.grouped(counts.edits), Self.grouped(counts.saved))
        return "\(sent) sent, \(saved) saved, \(Self.grouped(counts.throttled)) times slowed down by the homeserver"
    }

    package func whoami(matrixID: String, userID: String, since: Date) -> String {
        let entries = [
            "**On Matrix:** \(MarkdownEscape.code(matrixID, limit: 255))",
            "**To my agent:** \(MarkdownEscape.code(userID, limit: 300))",
            "**Known since:** \(Self.time(since))",
        ]
        return "**You**\n\n\(Self.list(entries))"
    }

    package func context(
        threadID: String,
        startedAt: Date,
        turns: Int,
        tokensUsed: Int,
        enabledSkills: [String]
    ) -> String {
        let entries = [
            "**Id:** \(MarkdownEscape.code(threadID, limit: 300))",
            "**Begun:** \(Self.time(startedAt))",
            "**Answers:** \(Self.grouped(turns))",
            "**Tokens so far:** \(tokensUsed > 0 ? Self.grouped(tokensUsed) : "none counted")",
            "**Skills on:** \(enabledSkills.isEmpty ? "none" : Self.names(enabledSkills))",
        ]
        return "**This conversation**\n\n\(Self.list(entries))"
    }
}
