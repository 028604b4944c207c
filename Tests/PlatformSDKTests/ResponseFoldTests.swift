import PlatformSDK
import Testing

@Suite struct ResponseFoldTests {
    private static func event(_ seq: Int, _ payload: StreamEvent.Payload, attempt: Int = 1) throws -> StreamEvent {
        let trace = try #require(TraceContext(traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"))
        return StreamEvent(
            eventID: "e\(seq)", runID: "run", seq: seq, attempt: attempt, timestamp: Int64(seq), traceContext: trace,
            payload: payload)
    }

    private static func fold(_ payloads: StreamEvent.Payload...) throws -> Response {
        let events = try payloads.enumerated().map { try event($0 + 1, $1) }
        return try #require(Response.reduce(events))
    }

    private static let start = StreamEvent.Payload.responseStart(
        ResponseStart(id: "run", turnID: "t", threadID: "th", modelID: "m", providerID: "p", createdAt: 0))

    private static func begin(_ id: String, _ item: OutputItem, at index: Int = 0) -> StreamEvent.Payload {
        .itemStart(ItemStart(itemID: id, outputIndex: index, item: item))
    }

    private static func delta(_ id: String, _ channel: ItemDelta.Channel, _ text: String) -> StreamEvent.Payload {
        .itemDelta(ItemDelta(itemID: id, channel: channel, deltaContent: text))
    }

    @Test(
        arguments: [
            (OutputItem.message(.init(content: "a")), .text, .message(.init(content: "abb"))),
            (.message(.init()), .refusal, .message(.init(refusal: "bb"))),
            (.message(.init()), .annotation, .message(.init(annotations: ["b", "b"]))),
            (.message(.init()), .arguments, .message(.init())),
            (.reasoning(.init()), .reasoning, .reasoning(.init(content: "bb"))),
            (.reasoning(.init()), .summary, .reasoning(.init(summary: "bb"))),
            (.functionCall(.init()), .arguments, .functionCall(.init(arguments: "bb"))),
            (.functionCallOutput(.init()), .text, .functionCallOutput(.init(output: "bb"))),
            (.scriptExecution(.init()), .arguments, .scriptExecution(.init(code: "bb"))),
            (.scriptExecutionOutput(.init()), .text, .scriptExecutionOutput(.init(result: "bb"))),
            (.file(.init(filename: "f")), .text, .file(.init(filename: "f"))),
        ] as [(OutputItem, ItemDelta.Channel, OutputItem)])
    func channelsGrowTheirPart(item: OutputItem, channel: ItemDelta.Channel, grown: OutputItem) throws {
        let response = try Self.fold(
            Self.start, Self.begin("i", item), Self.delta("i", channel, "b"), Self.delta("i", channel, "b"))
        #expect(response.outputItems.map(\.item) == [grown])
        #expect(response.lastSeq == 4)
    }

    @Test func statusReplacesAndDoneReplaces() throws {
        let response = try Self.fold(
            Self.start, Self.begin("i", .message(.init())), Self.delta("i", .status, "1"),
            Self.delta("i", .status, "2"), Self.delta("i", .text, "x"),
            .itemDone(ItemDone(itemID: "i", finalItem: .message(.init(content: "final")))))
        #expect(response.outputItems.first?.progress == "2")
        #expect(response.outputItems.first?.status == .complete)
        #expect(response.text == "final")
    }

    @Test func itemsStandInTheOrderOfTheirIndex() throws {
        let response = try Self.fold(
            Self.start, Self.begin("b", .message(.init()), at: 1), Self.begin("c", .message(.init()), at: 1),
            Self.begin("a", .message(.init()), at: 0))
        #expect(response.outputItems.map(\.id) == ["a", "b", "c"])
    }

    @Test(
        arguments: [
            [delta("i", .text, "x")],
            [.itemDone(ItemDone(itemID: "i", finalItem: .message(.init())))],
            [.itemCancelled(ItemCancelled(itemID: "i"))],
            [begin("i", .message(.init())), begin("i", .message(.init()))],
            [
                begin("i", .message(.init())), .itemDone(ItemDone(itemID: "i", finalItem: .message(.init()))),
                delta("i", .text, "x"),
            ],
            [start],
            [.responseDone(ResponseDone(status: .inProgress))],
        ] as [[StreamEvent.Payload]])
    func whatDoesNotFollowIsAnError(payloads: [StreamEvent.Payload]) throws {
        let events = try ([Self.start] + payloads).enumerated().map { try Self.event($0 + 1, $1) }
        let response = try #require(Response.reduce(events))
        #expect(response.status == .error)
        #expect(response.error?.code == "STREAM_SEQUENCE_ERROR")
        #expect(response.finishReason == "stream_error")
    }

    @Test func aRunThatDoesNotBeginIsAnError() throws {
        #expect(try Self.fold(Self.delta("i", .text, "x")).error?.code == "STREAM_SEQUENCE_ERROR")
    }

    @Test func theEndIsFinal() throws {
        var response = try Self.fold(Self.start, .turnAbortedByUser(TurnAborted(turnID: "t", reason: "stopped")))
        let ended = response
        #expect(ended.status == .aborted && ended.finishReason == "stopped")
        let late = [
            response.apply(try Self.event(3, .responseDone(ResponseDone()))),
            response.apply(try Self.event(3, Self.start, attempt: 2)),
        ]
        #expect(late == [.ignored, .ignored])
        #expect(response == ended)
    }

    @Test func aHigherAttemptBeginsAnew() throws {
        var response = try Self.fold(
            Self.start, Self.begin("i", .message(.init())), Self.delta("i", .text, "old"))
        let changes = [
            response.apply(try Self.event(4, Self.start, attempt: 2)),
            response.apply(try Self.event(5, Self.delta("i", .text, "stale"))),
            response.apply(try Self.event(5, Self.begin("i", .message(.init())), attempt: 2)),
            response.apply(try Self.event(6, Self.delta("i", .text, "new"), attempt: 2)),
            response.apply(try Self.event(6, Self.delta("i", .text, "new"), attempt: 2)),
        ]
        #expect(changes == [.began, .ignored, .item(at: 0), .item(at: 0), .ignored])
        #expect(response.text == "new")
        #expect(response.attempt == 2)
    }

    @Test func aStaleWriterMayHaveTakenTheNumberOfTheNewStart() throws {
        var response = try Self.fold(Self.start, Self.begin("i", .message(.init())))
        let change = response.apply(try Self.event(2, Self.start, attempt: 2))
        #expect(change == .began)
        #expect(response.outputItems.isEmpty && response.lastSeq == 2)
    }

    @Test func unknownEventsOnlyMoveTheCursor() throws {
        let response = try Self.fold(Self.start, .unknown(type: "weather", json: .string("sunny")))
        #expect(response.lastSeq == 2 && response.status == .inProgress)
    }
}
