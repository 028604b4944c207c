import Bridge
import MatrixAPI
import TestSupport
import Testing

@Suite struct IntakePolicyTests {
    private let bot: UserID = "@rialto:example.org"
    private let alice: UserID = "@alice:example.org"
    private let factory = SyncFactory()
    private var policy: IntakePolicy { IntakePolicy(userID: bot) }
    private let joinedRoom = BridgeRoom(roomID: "!a", membership: .joined, joinedAt: 500, joinedMembers: 2)

    private func keys(_ admission: Admission) -> [String] { admission.items.map(\.key) }

    @Test func messagesOfAKnownRoomAreKeptInTheirOrder() throws {
        let timeline = [
            SyncFactory.message("$1", from: alice, "one"), SyncFactory.message("$2", from: alice, "two"),
        ]
        let response = try factory.response(join: ["!a": SyncFactory.joined(timeline: timeline)])
        let admission = policy.admission(of: response, known: ["!a": joinedRoom], isFirst: false)
        #expect(keys(admission) == ["$1", "$2"])
        #expect(admission.rooms.isEmpty)
        #expect(admission.nextBatch == "batch-1")
    }

    @Test func whatWasSentBeforeTheJoinIsHistory() throws {
        let timeline = [
            SyncFactory.message("$before", from: alice, "old"), SyncFactory.member(bot, "join"),
            SyncFactory.message("$after", from: alice, "new"),
        ]
        let response = try factory.response(join: ["!a": SyncFactory.joined(timeline: timeline, members: 2)])
        let admission = policy.admission(of: response, known: [:], isFirst: false)
        #expect(keys(admission) == ["$after"])
        #expect(admission.rooms.first?.joinedAt == 500)
        #expect(admission.rooms.first?.joinedMembers == 2)
    }

    @Test func aJoinThatStandsInTheStateDatesTheHistory() throws {
        let timeline = [
            SyncFactory.message("$before", from: alice, "old", at: 499),
            SyncFactory.message("$after", from: alice, "new", at: 501),
        ]
        let room = SyncFactory.joined(timeline: timeline, state: [SyncFactory.member(bot, "join")], members: 2)
        let admission = policy.admission(of: try factory.response(join: ["!a": room]), known: [:], isFirst: false)
        #expect(keys(admission) == ["$after"])
    }

    @Test func nothingOfTheVeryFirstResponseIsAnsweredButItsRoomsAreKnown() throws {
        let room = SyncFactory.joined(
            timeline: [SyncFactory.message("$1", from: alice, "old")],
            state: [
                SyncFactory.member(bot, "join"),
                SyncFactory.state("m.room.encryption", from: alice, content: ["algorithm": "m.megolm.v1.aes-sha2"]),
            ],
            members: 3
        )
        let admission = policy.admission(of: try factory.response(join: ["!a": room]), known: [:], isFirst: true)
        #expect(admission.items.isEmpty)
        #expect(admission.rooms.first?.isEncrypted == true)
        #expect(admission.rooms.first?.isDirect == false)
    }

    @Test func aRejoinAnswersOnlyWhatCameAfterIt() throws {
        var left = joinedRoom
        left.membership = .left
        let timeline = [
            SyncFactory.message("$away", from: alice, "while away"), SyncFactory.member(bot, "join", at: 900),
            SyncFactory.message("$back", from: alice, "hello again"),
        ]
        let response = try factory.response(join: ["!a": SyncFactory.joined(timeline: timeline)])
        let admission = policy.admission(of: response, known: ["!a": left], isFirst: false)
        #expect(keys(admission) == ["$back"])
        #expect(admission.rooms.first?.membership == .joined)
    }

    @Test func ownMessagesAndOtherEventsAreLeftOut() throws {
        let timeline = [
            SyncFactory.message("$own", from: bot, "mine"),
            SyncFactory.event("$reaction", type: "m.reaction", from: alice, content: [:]),
            SyncFactory.member("@carol:example.org", "join"),
        ]
        let response = try factory.response(join: ["!a": SyncFactory.joined(timeline: timeline, members: 3)])
        let admission = policy.admission(of: response, known: ["!a": joinedRoom], isFirst: false)
        #expect(admission.items.isEmpty)
        #expect(admission.rooms.first?.joinedMembers == 3)
    }

    /// Lazily loaded state shows only who has spoken, so counting it would take a large room for a direct one.
    @Test func whereTheServerDoesNotCountMembersTheInviteDecides() throws {
        let state = [SyncFactory.member(bot, "join"), SyncFactory.member(alice, "join")]
        let response = try factory.response(join: ["!a": SyncFactory.joined(state: state)])
        let unknown = policy.admission(of: response, known: [:], isFirst: false)
        #expect(unknown.rooms.first?.isDirect == false)
        let invited = BridgeRoom(roomID: "!a", membership: .invited, isMarkedDirect: true)
        let marked = policy.admission(of: response, known: ["!a": invited], isFirst: false)
        #expect(marked.rooms.first?.isDirect == true)
    }

    @Test func anInviteIsKeptWithItsSenderEvenInTheFirstResponse() throws {
        let encryption: JSONValue = [
            "type": "m.room.encryption", "state_key": "", "sender": "@alice:example.org", "content": [:],
        ]
        let response = try factory.response(invite: [
            "!plain": SyncFactory.invite(to: bot, from: alice),
            "!secret": SyncFactory.invite(to: bot, from: alice, extra: [encryption]),
            "!empty": ["invite_state": ["events": []]],
        ])
        let admission = policy.admission(of: response, known: [:], isFirst: true)
        #expect(
            admission.items.map(\.content) == [
                .invite(from: alice, isEncrypted: false), .invite(from: alice, isEncrypted: true),
            ]
        )
        #expect(admission.rooms.map(\.membership) == [.invited, .invited])
    }

    @Test func aRoomThatWasLeftIsMarked() throws {
        let response = try factory.response(leave: ["!a": [:], "!unknown": [:]])
        let admission = policy.admission(of: response, known: ["!a": joinedRoom], isFirst: false)
        #expect(admission.rooms.map(\.roomID) == ["!a"])
        #expect(admission.rooms.first?.membership == .left)
    }

    @Test func encryptionIsNeverForgotten() throws {
        var encrypted = joinedRoom
        encrypted.isEncrypted = true
        let response = try factory.response(join: ["!a": SyncFactory.joined(members: 2)])
        let admission = policy.admission(of: response, known: ["!a": encrypted], isFirst: false)
        #expect((admission.rooms.first ?? encrypted).isEncrypted)
    }
}
