import Bridge
import MatrixAPI
import Testing

@Suite struct StatePermissionTests {
    private static let type = CommandDescription.eventType

    private func allows(_ levels: JSONValue?, creation: JSONValue? = nil) -> Bool {
        StatePermission(userID: "@rialto:example.org").allows(Self.type, levels: levels, creation: creation)
    }

    @Test(
        arguments: [
            nil, ["users": ["@rialto:example.org": 50]], ["users": ["@rialto:example.org": "100"]],
            ["state_default": 0], ["users_default": 50], ["events": [type: 0]],
            ["state_default": 100, "events": [type: 10], "users": ["@rialto:example.org": 10]],
        ] as [JSONValue?])
    func itMaySetState(levels: JSONValue?) {
        #expect(allows(levels))
    }

    @Test(
        arguments: [
            [:], ["users": ["@alice:example.org": 100]], ["users": ["@rialto:example.org": 49]],
            ["users": ["@rialto:example.org": 99], "events": [type: 100]], ["state_default": "odd"],
            ["users_default": 100, "users": ["@rialto:example.org": 0]],
        ] as [JSONValue])
    func itMayNotSetState(levels: JSONValue) {
        #expect(!allows(levels))
        #expect(!allows(levels, creation: ["additional_creators": ["@alice:example.org"]]))
        #expect(allows(levels, creation: ["additional_creators": ["@rialto:example.org"]]))
    }
}
