import Bridge
import MatrixAPI
import Testing

@Suite struct OfferPolicyTests {
    private let bot: UserID = "@rialto:example.org"
    private let new = CommandDescription(command: "new", description: "begins anew")
    private let stop = CommandDescription(command: "stop", description: "stops")

    private func changes(_ wanted: [CommandDescription], offered: [String: String]) -> [OfferPolicy.Change] {
        OfferPolicy.changes(to: wanted, of: bot, offered: offered)
    }

    @Test func whatIsOfferedAsItShouldBeIsLeftAlone() {
        let all = changes([new, stop], offered: [:])
        #expect(all.map(\.content) == [new.content, stop.content])
        #expect(all.map(\.stateKey) == [new.stateKey(of: bot), stop.stateKey(of: bot)])
        var offered: [String: String] = [:]
        for change in all { offered[change.stateKey] = change.fingerprint }
        #expect(Set(offered.values).count == 2)
        #expect(changes([new, stop], offered: offered).isEmpty)
        // Other words, such as another language's, are sent again; the rest is not.
        var changed = new
        changed.description = "начать заново"
        #expect(changes([changed, stop], offered: offered).map(\.content) == [changed.content])
    }

    @Test func whatIsNoLongerOfferedIsEmptiedFirst() {
        let offered = ["z": "1", "a": "2", stop.stateKey(of: bot): "old"]
        let changes = changes([stop], offered: offered)
        #expect(changes.map(\.stateKey) == ["a", "z", stop.stateKey(of: bot)])
        #expect(changes.map(\.content) == [[:], [:], stop.content])
        #expect(changes.map { $0.fingerprint == nil } == [true, true, false])
    }
}
