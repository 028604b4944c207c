import Bridge
import MatrixAPI
import Testing

struct PermissionPolicyTests {
    private static let policy = PermissionPolicy([
        PermissionRule(users: ["@alice:example.org"], commands: ["*"], access: .allow),
        PermissionRule(rooms: ["!lounge"], commands: ["ask"], access: .deny),
        PermissionRule(users: ["@*:guests.example"], commands: ["help", "status"], access: .allow),
        PermissionRule(users: ["@*:guests.example"], rooms: ["!hall", "!attic"], commands: ["*"], access: .deny),
        PermissionRule(users: ["@bob:example.org"], commands: ["soul"], access: .deny),
        PermissionRule(users: ["@bob:example.org"], commands: ["soul"], access: .allow),
    ])

    @Test(
        "the first rule that covers a case decides",
        arguments: [
            ("soul", "@alice:example.org", "!hall", true), ("ask", "@alice:example.org", "!lounge", true),
            ("ask", "@bob:example.org", "!lounge", false), ("help", "@bob:example.org", "!lounge", true),
            ("ask", "@bob:example.org", "!hall", true), ("soul", "@bob:example.org", "!hall", false),
            ("help", "@x:guests.example", "!hall", true), ("ask", "@x:guests.example", "!attic", false),
            ("new", "@x:guests.example", "!hall", false), ("new", "@x:guests.example", "!elsewhere", true),
            ("new", "@x:guests.example.org", "!hall", true), ("*", "@x:guests.example", "!hall", false),
        ]
    )
    func table(action: String, user: String, room: String, isAllowed: Bool) {
        #expect(Self.policy.allows(action, by: UserID(user), in: RoomID(room)) == isAllowed)
    }

    @Test("without rules everything is allowed")
    func noRules() {
        #expect(PermissionPolicy().allows("reset", by: "@a:x", in: "!r"))
    }

    @Test(
        "somebody may do what no rule for everybody denies before one allows it to anybody",
        arguments: [
            ("soul", "!hall"), ("ask", "!lounge"), ("new", "!hall"),
        ]
    )
    func somebody(action: String, room: String) {
        #expect(Self.policy.allowsSomebody(action, in: RoomID(room)))
        let denied = PermissionPolicy([
            PermissionRule(rooms: [room], commands: [action], access: .deny),
            PermissionRule(users: ["@alice:example.org"], commands: ["*"], access: .allow),
        ])
        #expect(!denied.allowsSomebody(action, in: RoomID(room)))
        #expect(denied.allowsSomebody(action, in: "!other"))
    }
}
