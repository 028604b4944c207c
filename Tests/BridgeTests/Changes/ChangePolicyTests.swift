import Bridge
import MatrixAPI
import Testing

/// Whose change of mind does what.
@Suite struct ChangePolicyTests {
    private let policy = ChangePolicy(
        AnswerPolicy(
            userID: "@rialto:example.org", displayName: "Rialto", allowed: [UserIDGlob("@*:example.org")], prefix: "!"))
    private let turn = Turn(
        turnID: "turn-$1",
        question: NewTurn(
            sourceEventID: "$1", place: ThreadPlace(roomID: "!a", root: nil), threadID: "thr-1",
            sender: "@alice:example.org", text: "Question"),
        state: .running)

    private func edit(_ text: String, msgtype: JSONValue = "m.text") throws -> ChangeOfMind {
        .edit(of: "$1", try #require(MessageContent(content: ["msgtype": msgtype, "body": .string(text)])))
    }

    @Test func onlyTheAuthorEdits() throws {
        let expected = TurnChange.rewrite(turnID: "turn-$1", source: "$1", text: "new")
        #expect(policy.change(try edit(" new\n"), by: "@alice:example.org", to: turn) == expected)
        #expect(policy.change(try edit("new"), by: "@bob:example.org", to: turn) == nil)
    }

    @Test(arguments: ["", "  \n", "!stop", "!nonsense"])
    func editsToNothingOrToACommandAreLeftAlone(text: String) throws {
        #expect(policy.change(try edit(text), by: "@alice:example.org", to: turn) == nil)
    }

    @Test func anEditToAnImageIsLeftAlone() throws {
        #expect(policy.change(try edit("photo.jpg", msgtype: "m.image"), by: "@alice:example.org", to: turn) == nil)
    }

    @Test func everybodyWhoMayUseTheBotStopsAndRetriesAndNobodyElse() {
        #expect(policy.change(.stop("$1"), by: "@bob:example.org", to: turn) == .stop(turnID: "turn-$1"))
        #expect(policy.change(.retry("$1"), by: "@bob:example.org", to: turn) == .retry(turnID: "turn-$1"))
        #expect(policy.change(.stop("$1"), by: "@eve:elsewhere.org", to: turn) == nil)
        #expect(policy.change(.retry("$1"), by: "@eve:elsewhere.org", to: turn) == nil)
    }

    @Test func aRedactionCountsWhoeverTheServerLetRedact() {
        let expected = TurnChange.redact(turnID: "turn-$1", source: "$1")
        #expect(policy.change(.redaction(of: "$1"), by: "@moderator:elsewhere.org", to: turn) == expected)
    }
}
