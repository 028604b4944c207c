import AgentSocket
import PlatformSDK
import Testing

@Suite struct OpenRunsTests {
    typealias Machine = AgentConnectionStateMachine

    private func request(_ runID: String) -> MessageRequest {
        MessageRequest(userID: "u", threadID: "t", runID: runID, text: "hi")
    }

    private func up(_ limits: Machine.Limits = .init()) -> Machine {
        var machine = Machine(limits: limits)
        machine.opened()
        #expect(machine.received(.status(protocolVersion: 2), now: .zero) == [.log(.connected)])
        return machine
    }

    private func chunk(_ runID: String, _ seq: Int) -> AgentServerFrame {
        .run(runID, RunEvent(seq: seq, .textChunk("\(seq)")))
    }

    private func event(_ seq: Int) -> RunEvent { RunEvent(seq: seq, .textChunk("\(seq)")) }

    private func resume(_ runID: String, _ after: Int) -> Machine.Action {
        .sendFrame(.resume(runID: runID, after: after))
    }

    @Test func runsAreSentAtOnceAndKeptApart() throws {
        var machine = up()
        let (a, first) = try machine.enqueue("a", run: .message(request("a")), now: .zero)
        let (b, second) = try machine.enqueue("b", run: .message(request("b")), now: .zero)
        #expect(first == [.sendFrame(.runMessage(request("a")))] && second == [.sendFrame(.runMessage(request("b")))])
        #expect(machine.received(chunk("b", 1), now: .zero) == [.offer(b, event(1))])
        #expect(machine.received(chunk("a", 1), now: .zero) == [.offer(a, event(1))])
        let end = RunEvent(seq: 2, .end(tokensUsed: 3))
        #expect(machine.received(.run("b", end), now: .zero) == [.finish(b, end)])
        #expect(machine.received(chunk("b", 3), now: .zero).isEmpty, "a frame after END")
        #expect(machine.received(chunk("c", 1), now: .zero).isEmpty, "a run that nobody asked for")
    }

    @Test func repeatsAreDroppedAndAGapIsAskedFor() throws {
        var machine = up()
        let (id, _) = try machine.enqueue("a", run: .message(request("a")), now: .zero)
        #expect(machine.received(chunk("a", 1), now: .zero) == [.offer(id, event(1))])
        #expect(machine.received(chunk("a", 1), now: .zero).isEmpty)
        #expect(machine.received(chunk("a", 3), now: .zero) == [resume("a", 1)])
        #expect(machine.received(chunk("a", 4), now: .zero).isEmpty, "on its way since before")
        #expect(machine.received(chunk("a", 2), now: .zero) == [.offer(id, event(2))])
        #expect(machine.received(chunk("a", 3), now: .zero) == [.offer(id, event(3))])
    }

    @Test func aGapThatTheAgentInsistsOnIsTaken() throws {
        var machine = up()
        let (id, _) = try machine.enqueue("a", run: .message(request("a")), now: .zero)
        #expect(machine.received(chunk("a", 5), now: .zero) == [resume("a", 0)])
        let answer = AgentServerFrame.run("a", event(5), after: 0)
        #expect(machine.received(answer, now: .zero) == [.offer(id, event(5))])
        #expect(machine.received(chunk("a", 6), now: .zero) == [.offer(id, event(6))])
    }

    @Test func aLossResumesEachRunAfterItsLastEvent() throws {
        var machine = up()
        let (id, _) = try machine.enqueue("a", run: .message(request("a")), now: .zero)
        _ = try machine.enqueue("b", run: .message(request("b")), now: .zero)
        _ = machine.received(chunk("a", 1), now: .zero)
        #expect(machine.disconnected(reason: "r", jitter: 1, now: .zero).actions == [.log(.lost(reason: "r"))])
        machine.opened()
        #expect(
            machine.received(.status(protocolVersion: 2), now: .zero)
                == [.log(.connected), resume("a", 1), resume("b", 0)]
        )
        #expect(machine.received(chunk("a", 2), now: .zero) == [.offer(id, event(2))])
        let unknown = AgentServerFrame.runError("b", code: "UNKNOWN_RUN", details: "")
        #expect(machine.received(unknown, now: .zero) == [.sendFrame(.runMessage(request("b")))])
        let lost = machine.received(.runError("a", code: "UNKNOWN_RUN", details: ""), now: .zero)
        guard case .fail(id, let failure) = lost.first else { return #expect(Bool(false), "\(lost)") }
        #expect(failure.code == .unknownRun && !failure.isRetryable)
    }

    @Test func lossesWithoutNewsInBetweenDoNotEndARun() throws {
        var machine = up()
        let (id, _) = try machine.enqueue("a", run: .message(request("a")), now: .zero)
        _ = machine.received(chunk("a", 1), now: .zero)
        for second in 1...60 {
            _ = machine.disconnected(reason: "r", jitter: 1, now: .seconds(second))
            machine.opened()
            let actions = machine.received(.status(protocolVersion: 2), now: .seconds(second))
            #expect(actions == [.log(.connected), resume("a", 1)])
        }
        #expect(machine.tick(now: .seconds(599), isConsumerBehind: false).isEmpty)
        let actions = machine.tick(now: .seconds(600), isConsumerBehind: false)
        guard case .fail(id, let failure) = actions.first else { return #expect(Bool(false), "\(actions)") }
        #expect(failure.code == .timedOut, "an agent that is brought down by the run does not hold it for ever")
    }

    @Test func theEndComesAgainBehindIt() throws {
        var machine = up()
        let (id, first) = try machine.enqueue(nil, run: .resume(runID: "a", after: 7), now: .zero)
        #expect(first == [resume("a", 7)])
        let end = RunEvent(seq: 7, .end(tokensUsed: 3))
        #expect(machine.received(.run("a", end), now: .zero).isEmpty, "of an earlier delivery")
        #expect(machine.received(.run("a", end, after: 7), now: .zero) == [.finish(id, end)])
    }

    @Test func anAgentThatHasLostEventsGoesOnFromItsReset() throws {
        var machine = up()
        let (id, _) = try machine.enqueue(nil, run: .resume(runID: "a", after: 7), now: .zero)
        let reset = RunEvent(seq: 4, .reset(text: "four"))
        #expect(machine.received(.run("a", reset), now: .zero).isEmpty, "of an earlier delivery")
        #expect(machine.received(.run("a", reset, after: 7), now: .zero) == [.offer(id, reset)])
        #expect(machine.received(chunk("a", 5), now: .zero) == [.offer(id, event(5))])
    }

    @Test func aResetGoesBackOnlyWhereItAnswersTheLastResume() throws {
        var machine = up()
        let (id, _) = try machine.enqueue("a", run: .resume(runID: "a", after: 12), now: .zero)
        let reset = RunEvent(seq: 9, .reset(text: "nine"))
        #expect(machine.received(.run("a", reset), now: .zero).isEmpty, "of an earlier delivery")
        #expect(machine.received(.run("a", reset, after: 11), now: .zero).isEmpty, "of an earlier RESUME")
        #expect(machine.received(.run("a", reset, after: 12), now: .zero) == [.offer(id, reset)])
        #expect(machine.received(chunk("a", 10), now: .zero) == [.offer(id, event(10))])
    }

    @Test func aRunWithoutRoomIsParkedAndAskedForAgain() throws {
        var machine = up()
        let (id, _) = try machine.enqueue("a", run: .message(request("a")), now: .zero)
        #expect(machine.received(chunk("a", 1), now: .zero) == [.offer(id, event(1))])
        #expect(machine.received(chunk("a", 2), now: .zero) == [.offer(id, event(2))])
        machine.parked(id)
        #expect(machine.received(chunk("a", 3), now: .zero).isEmpty)
        #expect(machine.tick(now: .seconds(5_000), isConsumerBehind: false).isEmpty, "the silence is not the agent's")
        #expect(machine.hasRoom(id, now: .seconds(5_000)) == [resume("a", 1)])
        #expect(machine.received(chunk("a", 4), now: .seconds(5_000)).isEmpty, "on its way since before")
        #expect(machine.received(chunk("a", 2), now: .seconds(5_000)) == [.offer(id, event(2))])
    }

    @Test func stoppingIsToldToTheAgentAndLettingGoIsNot() throws {
        var machine = up()
        let (a, _) = try machine.enqueue("a", run: .message(request("a")), now: .zero)
        let (b, _) = try machine.enqueue("b", run: .message(request("b")), now: .zero)
        machine.cancel(a, now: .zero)
        #expect(machine.received(chunk("a", 1), now: .zero).isEmpty)
        let stopped = Machine.Failure(code: .cancelled, message: "run b was stopped")
        #expect(machine.stopRun("b", now: .zero) == [.fail(b, stopped), .sendFrame(.cancel(runID: "b"))])
        _ = machine.disconnected(reason: "r", jitter: 1, now: .zero)
        #expect(machine.stopRun("a", now: .zero).isEmpty)
        machine.opened()
        #expect(
            machine.received(.status(protocolVersion: 2), now: .zero)
                == [.log(.connected), .sendFrame(.cancel(runID: "a"))]
        )
    }

    @Test func aHeartbeatEndsTheSilenceOfItsRun() throws {
        var machine = up()
        let (_, _) = try machine.enqueue("a", run: .message(request("a")), now: .zero)
        let (b, _) = try machine.enqueue("b", run: .message(request("b")), now: .zero)
        #expect(machine.received(.heartbeat("a"), now: .seconds(500)).isEmpty)
        #expect(machine.received(.heartbeat("c"), now: .seconds(500)).isEmpty, "a run that nobody reads")
        let failures = machine.tick(now: .seconds(600), isConsumerBehind: false)
        guard case .fail(b, let failure)? = failures.first else { return #expect(Bool(false), "\(failures)") }
        #expect(failures.count == 1 && failure.code == .timedOut)
    }

    /// A run that an earlier process has begun may go on at the agent, whatever that will turn out to speak.
    @Test func aStopBeforeTheFirstConnectionIsKept() {
        var machine = Machine()
        #expect(machine.stopRun("a", now: .zero).isEmpty)
        machine.opened()
        #expect(
            machine.received(.status(protocolVersion: 2), now: .zero)
                == [.log(.connected), .sendFrame(.cancel(runID: "a"))])
        var base = Machine()
        _ = base.stopRun("a", now: .zero)
        base.opened()
        #expect(base.received(.status(protocolVersion: nil), now: .zero) == [.log(.connected)])
    }

    @Test func aMessageThatComesWhileTheAgentShutsDownWaitsForTheNextConnection() throws {
        var machine = up()
        let refusal = AgentServerFrame.runError("a", code: "SHUTTING_DOWN", details: "")
        let (id, _) = try machine.enqueue("a", run: .message(request("a")), now: .zero)
        #expect(machine.received(refusal, now: .zero).isEmpty)
        #expect(try machine.enqueue("b", run: .message(request("b")), now: .zero).actions.isEmpty, "refused as well")
        #expect(machine.tick(now: .seconds(29), isConsumerBehind: false).isEmpty)
        var patient = machine
        _ = machine.disconnected(reason: "r", jitter: 1, now: .seconds(29))
        machine.opened()
        #expect(
            machine.received(.status(protocolVersion: 2), now: .seconds(31)) == [
                .log(.connected), .sendFrame(.runMessage(request("a"))), .sendFrame(.runMessage(request("b"))),
            ])
        #expect(machine.received(chunk("a", 1), now: .seconds(31)) == [.offer(id, event(1))])
        // Once it has said something it has failed with its connection's agent.
        #expect(machine.received(refusal, now: .seconds(31)).count == 1)

        let failures = patient.tick(now: .seconds(31), isConsumerBehind: false)
        #expect(failures.count == 2)
        guard case .fail(id, let failure) = failures.first else { return #expect(Bool(false), "\(failures)") }
        #expect(failure.code == .unavailable && failure.isRetryable)
        let next = try patient.enqueue("c", run: .message(request("c")), now: .seconds(31)).actions
        #expect(next == [.sendFrame(.runMessage(request("c")))], "it did not go, and is asked again")
    }

    @Test func openRunsAreBoundedAndTheRestWaits() throws {
        var limits = Machine.Limits()
        limits.openRuns = 1
        limits.queuedMessages = 1
        var machine = up(limits)
        _ = try machine.enqueue("a", run: .message(request("a")), now: .zero)
        #expect(try machine.enqueue("b", run: .message(request("b")), now: .zero).actions.isEmpty)
        let failure = #expect(throws: Machine.Failure.self) {
            try machine.enqueue("c", run: .message(request("c")), now: .zero)
        }
        #expect(failure?.code == .busy)
        let actions = machine.received(.run("a", RunEvent(seq: 1, .end(tokensUsed: 0))), now: .zero)
        #expect(actions.last == .sendFrame(.runMessage(request("b"))))
    }

    @Test func aTextOverSeveralFramesIsOneEvent() throws {
        var machine = up()
        let (id, _) = try machine.enqueue("a", run: .message(request("a")), now: .zero)
        let first = AgentServerFrame.run("a", RunEvent(seq: 1, .textChunk("one ")), isContinued: true)
        #expect(machine.received(first, now: .zero).isEmpty)
        let whole = RunEvent(seq: 1, .textChunk("one two"))
        let last = AgentServerFrame.run("a", RunEvent(seq: 1, .textChunk("two")), part: 1)
        #expect(machine.received(first, now: .zero).isEmpty, "the same part once more")
        #expect(machine.received(last, now: .zero) == [.offer(id, whole)])
        #expect(machine.received(last, now: .zero).isEmpty)
    }

    @Test func anAgentThatComesBackWithTheBaseProtocolLosesItsRuns() throws {
        var machine = up()
        let (id, _) = try machine.enqueue("a", run: .message(request("a")), now: .zero)
        _ = machine.disconnected(reason: "r", jitter: 1, now: .zero)
        _ = try machine.enqueue("base b", run: .message(request("b")), now: .zero)
        machine.opened()
        let actions = machine.received(.status(protocolVersion: nil), now: .zero)
        guard case .fail(id, let failure) = actions[1] else { return #expect(Bool(false), "\(actions)") }
        #expect(failure.code == .unsupported)
        #expect(actions.last == .send(text: "base b"))
    }

    @Test func runsWaitForTheConnectionUpToTheirLimit() throws {
        var machine = up()
        let (id, _) = try machine.enqueue("a", run: .message(request("a")), now: .zero)
        _ = machine.disconnected(reason: "r", jitter: 1, now: .seconds(10))
        #expect(machine.tick(now: .seconds(129), isConsumerBehind: false).isEmpty)
        let actions = machine.tick(now: .seconds(130), isConsumerBehind: false)
        guard case .fail(id, let failure) = actions.first else { return #expect(Bool(false), "\(actions)") }
        #expect(failure.code == .unavailable)
    }
}
