import Bridge
import MatrixAPI
import Testing

@Suite struct ReplyStateMachineTests {
    private static func machine(maximum: Int = 1_000) -> ReplyStateMachine {
        ReplyStateMachine(
            policy: EditPolicy(draftDelay: .milliseconds(200), interval: .seconds(1)),
            splitter: ReplySplitter(maximumCost: maximum) { $0.utf8.count },
            retiredText: "retired",
            refusedText: "refused"
        )
    }

    /// Performs the next action, which has to be a send.
    private static func send(_ machine: inout ReplyStateMachine, at now: Duration) -> ReplyStateMachine.Plan? {
        guard case .send(let plan) = machine.next(now: now) else { return nil }
        machine.sent(plan, as: EventID("$\(plan.part)-\(plan.kind.rawValue)"), now: now)
        return plan
    }

    @Test func nothingIsSentBeforeThereIsText() {
        var machine = Self.machine()
        #expect(machine.next(now: .zero) == .idle)
        machine.update("", now: .zero)
        #expect(machine.next(now: .seconds(5)) == .idle)
    }

    @Test func aReplyBeginsAsADraftGrowsByEditsAndEndsWithTheFinalOne() {
        var machine = Self.machine()
        machine.update("Hel", now: .zero)
        #expect(machine.next(now: .zero) == .wait(until: .milliseconds(200)))
        let draft = Self.send(&machine, at: .milliseconds(200))
        #expect(draft?.kind == .draft)
        #expect(draft?.text == "Hel")
        machine.update("Hello", now: .milliseconds(300))
        #expect(machine.next(now: .milliseconds(300)) == .wait(until: .milliseconds(1200)))
        let edit = Self.send(&machine, at: .milliseconds(1200))
        #expect(edit?.kind == .edit)
        #expect(edit?.target == "$0-draft")
        machine.finish("Hello there")
        let final = Self.send(&machine, at: .milliseconds(1201))
        #expect(final?.kind == .final)
        #expect(final?.endsReply == true)
        #expect(final?.text == "Hello there")
        #expect(machine.next(now: .milliseconds(1202)) == .done)
    }

    @Test func anAnswerThatIsCompleteBeforeItsDraftIsOneMessage() {
        var machine = Self.machine()
        machine.update("Yes.", now: .zero)
        machine.finish("Yes.")
        let plan = Self.send(&machine, at: .milliseconds(10))
        #expect(plan?.kind == .message)
        #expect(plan?.endsReply == true)
        #expect(machine.next(now: .milliseconds(11)) == .done)
    }

    @Test func unchangedTextIsNotSent() {
        var machine = Self.machine()
        machine.update("Hello", now: .zero)
        _ = Self.send(&machine, at: .seconds(1))
        #expect(machine.next(now: .seconds(10)) == .idle)
    }

    @Test func onlyOneEventIsUnderWay() {
        var machine = Self.machine()
        machine.update("Hello", now: .zero)
        guard case .send(let plan) = machine.next(now: .seconds(1)) else {
            Issue.record("a draft was due")
            return
        }
        machine.finish("Hello there")
        #expect(machine.next(now: .seconds(2)) == .idle)
        machine.sent(plan, as: "$draft", now: .seconds(2))
        guard case .send(let final) = machine.next(now: .seconds(2)) else {
            Issue.record("the final edit was due")
            return
        }
        #expect(final.kind == .final)
    }

    @Test func thereAreAtMostSixtyEditsTheFinalOneIncluded() {
        var machine = Self.machine(maximum: 100_000)
        var now: Duration = .zero
        var edits = 0
        for step in 1...10_000 {
            now += .milliseconds(500)
            machine.update(String(repeating: "a", count: step), now: now)
            if Self.send(&machine, at: now)?.kind == .edit { edits += 1 }
        }
        #expect(edits == EditPolicy.maximumEdits)
        machine.finish("all of it")
        #expect(Self.send(&machine, at: now)?.kind == .final)
        #expect(edits + 1 <= 60)
    }

    @Test func aPostponedEditComesAgainWithTheNewerText() {
        var machine = Self.machine()
        machine.update("one", now: .zero)
        _ = Self.send(&machine, at: .seconds(1))
        machine.update("one two", now: .seconds(3))
        guard case .send = machine.next(now: .seconds(3)) else {
            Issue.record("an edit was due")
            return
        }
        machine.postponed(until: .seconds(8))
        machine.update("one two three", now: .seconds(4))
        #expect(machine.next(now: .seconds(4)) == .wait(until: .seconds(8)))
        #expect(Self.send(&machine, at: .seconds(8))?.text == "one two three")
    }

    @Test func aLongReplyGoesOnInASecondMessageAndOnlyItsEndNamesTheAsker() {
        var machine = Self.machine(maximum: 40)
        machine.update("The first paragraph.", now: .zero)
        _ = Self.send(&machine, at: .seconds(1))
        let text = "The first paragraph.\n\nThe second paragraph is here."
        machine.update(text, now: .seconds(3))
        let first = Self.send(&machine, at: .seconds(3))
        #expect(first?.part == 0)
        #expect(first?.kind == .final)
        #expect(first?.endsReply == false)
        let second = Self.send(&machine, at: .seconds(6))
        #expect(second?.part == 1)
        #expect(second?.kind == .draft)
        machine.finish(text)
        let end = Self.send(&machine, at: .seconds(7))
        #expect(end?.part == 1)
        #expect(end?.endsReply == true)
        #expect(machine.next(now: .seconds(7)) == .done)
    }

    @Test func aRefusedDraftHoldsTheTextBackUntilTheAnswerIsWhole() {
        var machine = Self.machine()
        machine.update("Hello", now: .zero)
        guard case .send(let plan) = machine.next(now: .seconds(1)) else {
            Issue.record("a draft was due")
            return
        }
        machine.refused(plan)
        machine.update("Hello there", now: .seconds(2))
        #expect(machine.next(now: .seconds(9)) == .idle)
        machine.finish("Hello there")
        let message = Self.send(&machine, at: .seconds(10))
        #expect(message?.kind == .message)
        #expect(message?.text == "Hello there")
    }

    @Test func aRefusedEndIsReplacedOnceByAWordAboutIt() {
        var machine = Self.machine()
        machine.update("Hello", now: .zero)
        _ = Self.send(&machine, at: .seconds(1))
        machine.finish("Hello there")
        guard case .send(let final) = machine.next(now: .seconds(2)) else {
            Issue.record("the end was due")
            return
        }
        machine.refused(final)
        guard case .send(let word) = machine.next(now: .seconds(2)) else {
            Issue.record("the person was to be told")
            return
        }
        #expect(word.text == "refused")
        #expect(word.target == "$0-draft")
        #expect(word.endsReply)
        machine.refused(word)
        #expect(machine.next(now: .seconds(3)) == .done)
    }

    /// New texts notify, so all parts of a long answer but its end begin as silent drafts.
    @Test func aLongAnswerThatComesAtOnceNotifiesOnlyWithItsEnd() {
        var machine = Self.machine(maximum: 40)
        machine.finish("The first paragraph.\n\nThe second paragraph is here.")
        var kinds: [NewOutgoingEvent.Kind] = []
        while let plan = Self.send(&machine, at: .zero) { kinds.append(plan.kind) }
        #expect(kinds == [.draft, .final, .message])
        #expect(machine.next(now: .zero) == .done)
    }

    @Test func aRestoredReplyGoesOnInItsMessagesAndRetiresTheOnesItHasNoUseFor() {
        var machine = Self.machine()
        machine.restore(part: 0, eventID: "$old-0")
        machine.restore(part: 1, eventID: "$old-1")
        machine.update("New", now: .zero)
        machine.finish("New answer")
        let first = Self.send(&machine, at: .zero)
        #expect(first?.target == "$old-1")
        #expect(first?.text == "retired")
        let second = Self.send(&machine, at: .zero)
        #expect(second?.target == "$old-0")
        #expect(second?.endsReply == true)
        #expect(machine.next(now: .zero) == .done)
    }
}
