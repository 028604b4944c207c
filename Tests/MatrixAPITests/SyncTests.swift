import MatrixAPI
import Testing

@Suite("Sync")
struct SyncTests {
    private func decode(_ text: String) throws -> SyncResponse {
        try MatrixJSON.decode(SyncResponse.self, from: text.utf8)
    }

    @Test("A sync of Synapse is read whole")
    func golden() throws {
        let sync = try Golden.response(Sync(), "sync")
        #expect(sync.nextBatch == "s72595_4483_1934_1_1_1_1_1_0_1")
        #expect(sync.accountData.elements.map(\.type) == ["m.direct"])
        #expect(sync.toDevice?.elements.first?.sender == "@alice:example.org")
        #expect(sync.rooms.failures.isEmpty)
        #expect(Set(sync.rooms.join.keys) == ["!OGEhHVWSdvArJzumhm:example.org", "!NoDomainInRoomVersionTwelve"])

        let room = try #require(sync.rooms.join["!OGEhHVWSdvArJzumhm:example.org"])
        #expect(room.timeline.limited)
        #expect(room.timeline.prevBatch == "t47409-4357353_219380_26003_2265")
        #expect(room.state.elements.map(\.type) == ["m.room.create"])
        #expect(
            room.summary
                == Summary(
                    heroes: ["@alice:example.org"], joinedMemberCount: 2, invitedMemberCount: 0))
        #expect(room.timeline.events.failures.isEmpty)

        let invite = try #require(sync.rooms.invite["!invite:example.org"]).inviteState.elements
        #expect(
            invite.last?.membership
                == MemberContent(
                    membership: .invite, displayname: "rialto", isDirect: true))
        #expect(invite.first?.membership == nil)
        let left = try #require(sync.rooms.leave["!left:example.org"])
        #expect(left.timeline.events.elements.first?.membership?.reason == "Enough.")
    }

    @Test("The events of a sync are what they say")
    func events() throws {
        let sync = try Golden.response(Sync(), "sync")
        let all = try #require(sync.rooms.join["!OGEhHVWSdvArJzumhm:example.org"]).timeline.events.elements
        let events = Dictionary(uniqueKeysWithValues: all.map { ($0.eventID, $0) })
        let question = try #require(events["$question"]?.message)
        #expect(question.relation == .thread(root: "$root", inReplyTo: "$latest", isFallingBack: true))
        #expect(question.mentions == Mentions(userIDs: ["@rialto:example.org"]))
        #expect(question.format == OutgoingMessage.htmlFormat)
        let edit = try #require(events["$edit"]?.message)
        #expect(edit.relation == .replace("$question"))
        #expect(edit.newContent?.body == "rialto: any news?")
        #expect(edit.newContent?.relation == nil)
        #expect(events["$reaction"]?.relation == .annotation("$question", key: "🛑"))
        #expect(events["$redaction11"]?.redacts == "$reaction")
        #expect(events["$redaction10"]?.redacts == "$question")
        #expect(events["$redacted"]?.isRedacted == true)
        #expect(events["$redacted"]?.message == nil)
        #expect(events["$redacted"]?.transactionID == "m1763697600.1")
        #expect(events["$member"]?.stateKey == "@alice:example.org")
    }

    @Test(
        "Missing and null sections are empty",
        arguments: [
            #"{"next_batch":"n"}"#, #"{"next_batch":"n","rooms":null,"account_data":null}"#,
            #"{"next_batch":"n","rooms":{"join":null,"invite":{}},"account_data":{},"to_device":5}"#,
        ])
    func empty(text: String) throws {
        #expect(try decode(text) == SyncResponse(nextBatch: "n"))
    }

    @Test("Without next_batch there is no sync", arguments: ["{}", "[]", "5", #"{"next_batch":5}"#, "null"])
    func noToken(text: String) {
        #expect(throws: MatrixAPIError.self) { try decode(text) }
    }

    @Test(
        "A malformed event costs only itself, and its failure shows nothing of it",
        arguments: ["null", "true", "5", "1.5", "1e999", #""secret""#, #"["secret"]"#, #"{"secret":"secret"}"#])
    func malformedEvent(rubbish: String) throws {
        let event = #"{"event_id":"$1","type":"t","sender":"@a:b","origin_server_ts":1,"content":{}}"#
        let list = #"{"events":[\#(event),\#(rubbish),\#(event.replacing("$1", with: "$2"))]}"#
        let sync = try decode(
            #"{"next_batch":"n","account_data":\#(list),"to_device":\#(list),"#
                + #""rooms":{"join":{"!r":{"timeline":\#(list),"state":\#(list),"account_data":\#(list)}},"#
                + #""leave":{"!l":{"timeline":\#(list)}},"invite":{"!i":{"invite_state":{"events":[\#(rubbish)]}}}}}"#)
        let room = try #require(sync.rooms.join["!r"])
        for events in [room.timeline.events, room.state, try #require(sync.rooms.leave["!l"]).timeline.events] {
            #expect(events.elements.map(\.eventID) == ["$1", "$2"])
            #expect(events.failures.map(\.index) == [1])
            #expect(events.failures.allSatisfy { !$0.description.contains("secret") })
        }
        #expect(sync.accountData.elements.count == 2)
        #expect(room.accountData.failures.map(\.index) == [1])
        #expect(sync.toDevice?.elements.count == 2)
        #expect(sync.rooms.invite["!i"]?.inviteState.failures.count == 1)
    }

    @Test(
        "A malformed room costs only itself",
        arguments: [
            "null", "5", #""x""#, "[]", #"{"timeline":5}"#, #"{"timeline":{"events":{}}}"#,
            #"{"state":{"events":"x"}}"#,
            #"{"state":[]}"#,
        ])
    func malformedRoom(rubbish: String) throws {
        let sync = try decode(
            #"{"next_batch":"n","rooms":{"join":{"!bad":\#(rubbish),"!good":{}},"leave":{"!bad":\#(rubbish)}}}"#)
        #expect(Array(sync.rooms.join.keys) == ["!good"])
        #expect(sync.rooms.leave.isEmpty)
        #expect(sync.rooms.failures.map(\.roomID) == ["!bad", "!bad"])
    }

    @Test(
        "Sections that nothing hangs on may be malformed", arguments: ["null", "5", #""x""#, "[1]", #"{"events":7}"#])
    func lenientSections(rubbish: String) throws {
        let sync = try decode(
            #"{"next_batch":"n","account_data":\#(rubbish),"to_device":\#(rubbish),"rooms":{"join":{"!r":{"#
                + #""summary":\#(rubbish),"account_data":\#(rubbish),"ephemeral":\#(rubbish),"x":\#(rubbish)}}}}"#)
        #expect(sync.rooms.join["!r"] == JoinedRoom())
    }

    @Test("Rubbish in any place of a sync costs at most the element that it is in", arguments: 0..<400)
    func fuzz(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let golden = try Golden.json("sync")
        var path: [String] = []
        let rubbish = RandomJSON.value(depth: 3, using: &generator)
        let damaged = Self.replacing(golden, with: rubbish, path: &path, using: &generator)
        let bytes = damaged.canonicalJSON()
        // Only these are the frame of a sync, which has no element to lose.
        let frame: [[String]] = [[], ["next_batch"], ["rooms"]]
        if frame.contains(path) || (path.count == 2 && path.first == "rooms") {
            _ = try? MatrixJSON.decode(SyncResponse.self, from: bytes)
            return
        }
        let whole = try MatrixJSON.decode(SyncResponse.self, from: golden.canonicalJSON())
        let sync = try MatrixJSON.decode(SyncResponse.self, from: bytes)
        for (id, room) in whole.rooms.join where path.first != "rooms" || path[2] != id.rawValue {
            #expect(sync.rooms.join[id] == room)
        }
        guard path.count >= 6, path[1] == "join", path[3] == "timeline", path[4] == "events" else { return }
        let events = try #require(sync.rooms.join[RoomID(path[2])]).timeline.events
        let expected = try #require(whole.rooms.join[RoomID(path[2])]).timeline.events
        let place = try #require(Int(path[5]))
        #expect(events.elements.count + events.failures.count == expected.elements.count)
        for (index, event) in expected.elements.enumerated() where index != place {
            #expect(events.elements.contains(event))
        }
        // The views must take whatever is in there.
        for event in events.elements {
            _ = (event.message?.newContent, event.membership, event.relation, event.isRedacted, event.transactionID)
        }
    }

    /// Puts rubbish in a random place and tells which.
    private static func replacing(
        _ value: JSONValue, with rubbish: JSONValue, path: inout [String], using generator: inout SeededGenerator
    ) -> JSONValue {
        if path.count > 2, Int.random(in: 0..<5, using: &generator) == 0 { return rubbish }
        switch value {
        case .object(var members):
            guard let key = members.keys.sorted().randomElement(using: &generator), let inner = members[key] else {
                return rubbish
            }
            path.append(key)
            members[key] = replacing(inner, with: rubbish, path: &path, using: &generator)
            return .object(members)
        case .array(var elements):
            guard let index = elements.indices.randomElement(using: &generator) else { return rubbish }
            path.append(String(index))
            elements[index] = replacing(elements[index], with: rubbish, path: &path, using: &generator)
            return .array(elements)
        default: return rubbish
        }
    }
}
