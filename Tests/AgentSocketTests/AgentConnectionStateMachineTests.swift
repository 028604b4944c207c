import AgentSocket
import PlatformSDK
import Testing

@Suite struct AgentConnectionStateMachineTests {
    typealias Machine = AgentConnectionStateMachine

    private func up(_ limits: Machine.Limits = .init()) -> Machine {
        var machine = Machine(limits: limits, backoff: .init(first: .seconds(1), maximum: .seconds(8)))
        machine.opened()
        #expect(machine.received(.status(protocolVersion: nil), now: .zero) == [.log(.connected)])
        return machine
    }

    @Test func oneMessageIsOutAtATimeAndTheRestKeepTheirOrder() throws {
        var machine = up()
        let (a, first) = try machine.enqueue("a", now: .zero)
        let (b, second) = try machine.enqueue("b", now: .zero)
        let (_, third) = try machine.enqueue("c", now: .zero)
        #expect(first == [.send(text: "a")] && second.isEmpty && third.isEmpty)
        #expect(machine.received(.textChunk("x"), now: .zero) == [.deliver(a, text: "x")])
        #expect(machine.received(.end(tokensUsed: 3), now: .zero) == [.end(a, tokensUsed: 3), .send(text: "b")])
        let failure = Machine.Failure(code: .agentFailed, message: "the agent reported an error: d", agentCode: "E")
        #expect(
            machine.received(.error(code: "E", details: "d"), now: .zero) == [.fail(b, failure), .send(text: "c")]
        )
    }

    @Test(arguments: [
        AgentServerFrame.textChunk("x"), .end(tokensUsed: 1), .error(code: "E", details: ""), .unknown(type: "HELLO"),
    ])
    func aFirstFrameOtherThanStatusClosesTheConnection(frame: AgentServerFrame) throws {
        var machine = Machine()
        machine.opened()
        let reason = "the agent's first frame was \(frame.typeName), not STATUS"
        #expect(machine.received(frame, now: .zero) == [.close(reason: reason)])
        #expect(machine.received(.status(protocolVersion: nil), now: .zero).isEmpty)
        let (actions, _) = machine.disconnected(reason: "gone", jitter: 1, now: .zero)
        #expect(actions == [.log(.unreachable(reason: reason))])
        #expect(machine.status == .disconnected(reason: reason))
    }

    @Test func aLossIsReportedOnceAndBacksOffUntilTheNextStatus() {
        var machine = up()
        #expect(machine.disconnected(reason: "r", jitter: 1, now: .zero) == ([.log(.lost(reason: "r"))], .seconds(1)))
        #expect(machine.disconnected(reason: "r", jitter: 1, now: .zero) == ([], .seconds(2)))
        machine.opened()
        #expect(machine.disconnected(reason: "r", jitter: 0, now: .zero) == ([], .seconds(2)))
        machine.opened()
        #expect(machine.received(.status(protocolVersion: nil), now: .zero) == [.log(.connected)])
        #expect(machine.disconnected(reason: "r", jitter: 1, now: .zero) == ([.log(.lost(reason: "r"))], .seconds(1)))
    }

    @Test(arguments: [false, true])
    func aLossDuringAReplyIsRetryableOnlyBeforeItsFirstChunk(hasText: Bool) throws {
        var machine = up()
        let (id, _) = try machine.enqueue("a", now: .zero)
        _ = try machine.enqueue("b", now: .zero)
        if hasText { _ = machine.received(.textChunk("x"), now: .zero) }
        let (actions, _) = machine.disconnected(reason: "r", jitter: 1, now: .zero)
        let failure = Machine.Failure(
            code: .unavailable,
            message: "the connection to the agent was lost during the reply: r",
            isRetryable: !hasText
        )
        #expect(actions == [.fail(id, failure), .log(.lost(reason: "r"))])
        machine.opened()
        #expect(
            machine.received(.status(protocolVersion: nil), now: .zero) == [.log(.connected), .send(text: "b")]
        )
    }

    @Test func messagesWaitForTheConnectionUpToTheLimit() throws {
        var machine = Machine()
        let (id, actions) = try machine.enqueue("a", now: .seconds(5))
        #expect(actions.isEmpty)
        machine.opened()
        _ = machine.disconnected(reason: "r", jitter: 1, now: .seconds(20))
        #expect(machine.tick(now: .seconds(34), isConsumerBehind: false).isEmpty)
        let failure = Machine.Failure(
            code: .unavailable,
            message: "the agent could not be reached within 30.0 seconds (r)",
            isRetryable: true
        )
        #expect(machine.tick(now: .seconds(35), isConsumerBehind: false) == [.fail(id, failure)])
        #expect(machine.tick(now: .seconds(99), isConsumerBehind: false).isEmpty)
    }

    @Test func messagesBehindALongReplyDoNotRunOutOfTime() throws {
        var machine = up()
        _ = try machine.enqueue("a", now: .zero)
        _ = try machine.enqueue("b", now: .zero)
        #expect(machine.tick(now: .seconds(300), isConsumerBehind: false).isEmpty)
        _ = machine.disconnected(reason: "r", jitter: 1, now: .seconds(300))
        #expect(machine.tick(now: .seconds(329), isConsumerBehind: false).isEmpty)
        #expect(machine.tick(now: .seconds(330), isConsumerBehind: false).count == 1)
    }

    @Test func theQueueIsBounded() throws {
        var limits = Machine.Limits()
        limits.queuedMessages = 2
        var machine = up(limits)
        for text in ["a", "b", "c"] { _ = try machine.enqueue(text, now: .zero) }
        let failure = #expect(throws: Machine.Failure.self) { try machine.enqueue("d", now: .zero) }
        #expect(failure?.code == .busy && failure?.isRetryable == true)
        _ = machine.received(.end(tokensUsed: 0), now: .zero)
        _ = try machine.enqueue("d", now: .zero)
    }

    @Test func aCancelledReplyIsDrainedBeforeTheNextMessage() throws {
        var machine = up()
        let (id, _) = try machine.enqueue("a", now: .zero)
        _ = try machine.enqueue("b", now: .zero)
        machine.cancel(id, now: .seconds(1))
        #expect(machine.received(.textChunk("x"), now: .seconds(2)).isEmpty)
        #expect(machine.received(.end(tokensUsed: 1), now: .seconds(3)) == [.send(text: "b")])
    }

    @Test func aCancelledReplyThatGoesOnIsCutOff() throws {
        var machine = up()
        let (id, _) = try machine.enqueue("a", now: .zero)
        machine.cancel(id, now: .seconds(1))
        #expect(machine.received(.textChunk("x"), now: .seconds(60)).isEmpty)
        #expect(machine.tick(now: .seconds(60), isConsumerBehind: false).isEmpty)
        let reason = "the agent went on with a cancelled reply for 60.0 seconds"
        #expect(machine.tick(now: .seconds(61), isConsumerBehind: false) == [.close(reason: reason)])
        #expect(
            machine.disconnected(reason: "r", jitter: 1, now: .seconds(62)).actions == [.log(.lost(reason: reason))]
        )
    }

    @Test func aMessageCancelledInTheQueueIsNeverSent() throws {
        var machine = up()
        _ = try machine.enqueue("a", now: .zero)
        let (id, _) = try machine.enqueue("b", now: .zero)
        machine.cancel(id, now: .zero)
        #expect(machine.received(.end(tokensUsed: 0), now: .zero).count == 1)
    }

    @Test func silenceFailsAGenerationUnlessTheConsumerIsBehind() throws {
        var machine = up()
        let (id, _) = try machine.enqueue("a", now: .zero)
        #expect(machine.tick(now: .seconds(599), isConsumerBehind: false).isEmpty)
        _ = machine.received(.textChunk("x"), now: .seconds(599))
        #expect(machine.tick(now: .seconds(1000), isConsumerBehind: false).isEmpty)
        #expect(machine.tick(now: .seconds(1300), isConsumerBehind: true).isEmpty)
        #expect(machine.tick(now: .seconds(1899), isConsumerBehind: false).isEmpty)
        let message = "the agent has sent nothing for 600.0 seconds"
        #expect(
            machine.tick(now: .seconds(1900), isConsumerBehind: false)
                == [.fail(id, .init(code: .timedOut, message: message)), .close(reason: message)]
        )
    }

    @Test func strayAndUnknownFramesAreLoggedAndIgnored() {
        var machine = up()
        #expect(machine.received(.unknown(type: "X"), now: .zero) == [.log(.unknownFrame(type: "X"))])
        #expect(machine.unknownFrames == 1)
        #expect(machine.received(.error(code: "E", details: "d"), now: .zero) == [.log(.strayFrame("ERROR E"))])
        #expect(machine.received(.end(tokensUsed: 1), now: .zero) == [.log(.strayFrame("AGENT_EVENT_END"))])
        #expect(machine.received(.status(protocolVersion: nil), now: .zero).isEmpty)
        #expect(machine.status == .connected)
    }

    @Test func stopFailsWhateverWaits() throws {
        var machine = up()
        _ = try machine.enqueue("a", now: .zero)
        _ = try machine.enqueue("b", now: .zero)
        #expect(machine.stop().count == 2)
        #expect(machine.stop().isEmpty)
        let failure = #expect(throws: Machine.Failure.self) { try machine.enqueue("c", now: .zero) }
        #expect(failure?.code == .unavailable)
    }
}
