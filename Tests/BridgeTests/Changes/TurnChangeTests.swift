import Bridge
import MatrixAPI
import Testing

/// What a change does to a turn in each of its states.
@Suite struct TurnChangeTests {
    private static let states: [Turn.State] = [.queued, .running, .answered, .done]

    private func turn(_ state: Turn.State) -> Turn {
        Turn(
            turnID: "turn-$1",
            question: NewTurn(
                sourceEventID: "$2", place: ThreadPlace(roomID: "!a", root: nil), threadID: "thr-1",
                sender: "@alice:example.org", text: "one\n\ntwo"),
            state: state, runID: state == .queued ? nil : "run-1", attempt: state == .queued ? 0 : 3,
            answer: state == .answered || state == .done ? Answer(ending: .complete, text: "Yes") : nil)
    }

    private let sources = [
        TurnSource(eventID: "$1", quote: nil, text: "one"), TurnSource(eventID: "$2", quote: nil, text: "two"),
    ]

    @Test(arguments: states) func aRewriteIsAskedAnewOnceTheAnswerHasBegun(state: Turn.State) {
        var (turn, sources) = (turn(state), sources)
        let outcome1 = turn.apply(.rewrite(turnID: "turn-$1", source: "$1", text: "ONE"), to: &sources)
        #expect(outcome1)
        #expect(turn.question.text == "ONE\n\ntwo")
        #expect(turn.state == .queued && turn.answer == nil && turn.runID == nil && turn.attempt == 0)
        #expect(turn.revision == (state == .queued ? 0 : 1))
    }

    @Test(arguments: states) func theSameTextChangesNothing(state: Turn.State) {
        var (turn, sources) = (turn(state), sources)
        let before = turn
        let outcome2 = turn.apply(.rewrite(turnID: "turn-$1", source: "$1", text: "one"), to: &sources)
        #expect(!outcome2)
        let outcome3 = turn.apply(.rewrite(turnID: "turn-$1", source: "$unknown", text: "new"), to: &sources)
        #expect(!outcome3)
        #expect(turn == before)
    }

    @Test(arguments: states) func aRedactionOfOneOfTwoLeavesTheOther(state: Turn.State) {
        var (turn, sources) = (turn(state), sources)
        let outcome4 = turn.apply(.redact(turnID: "turn-$1", source: "$2"), to: &sources)
        #expect(outcome4)
        #expect(turn.question.text == "one" && turn.question.sourceEventID == "$1" && !turn.isWithdrawn)
        let outcome5 = turn.apply(.redact(turnID: "turn-$1", source: "$1"), to: &sources)
        #expect(outcome5)
        #expect(turn.isWithdrawn && turn.question.text.isEmpty && turn.state == .queued)
        let changes: [TurnChange] = [
            .retry(turnID: "turn-$1"), .stop(turnID: "turn-$1"), .redact(turnID: "turn-$1", source: "$1"),
            .rewrite(turnID: "turn-$1", source: "$1", text: "again"),
        ]
        for refused in changes {
            let isChanged = turn.apply(refused, to: &sources)
            #expect(!isChanged)
        }
        let begun = turn.begin(runID: "run-2")
        #expect(!begun)
    }

    @Test(arguments: states) func onlyATurnWithItsAnswerIsRetried(state: Turn.State) {
        var (turn, sources) = (turn(state), sources)
        let isAnswered = state == .answered || state == .done
        let outcome6 = turn.apply(.retry(turnID: "turn-$1"), to: &sources)
        #expect(outcome6 == isAnswered)
        #expect(turn.revision == (isAnswered ? 1 : 0))
    }

    @Test(arguments: states) func onlyATurnWithoutItsAnswerIsStopped(state: Turn.State) {
        var (turn, sources) = (turn(state), sources)
        let isOpen = state == .queued || state == .running
        let outcome7 = turn.apply(.stop(turnID: "turn-$1"), to: &sources)
        #expect(outcome7 == isOpen)
        #expect(turn.isStopRequested == isOpen)
        let outcome8 = turn.apply(.stop(turnID: "turn-$1"), to: &sources)
        #expect(!outcome8)
    }

    @Test func aQuestionJoinsOnlyItsOwnKind() {
        let queued = turn(.queued)
        var question = queued.question
        question.sourceEventID = "$3"
        #expect(queued.accepts(question, besides: sources))
        #expect(!turn(.running).accepts(question, besides: sources))
        let full = Array(repeating: sources[0], count: TurnSource.maximumCount)
        #expect(!queued.accepts(question, besides: full))
        var other = question
        other.sender = "@bob:example.org"
        #expect(!queued.accepts(other, besides: sources))
        other = question
        other.threadID = "thr-2"
        #expect(!queued.accepts(other, besides: sources))
    }

    @Test func eachTextStandsBelowItsQuote() {
        let quoted = [
            TurnSource(eventID: "$1", quote: "> **Bob:** hi", text: "what?"),
            TurnSource(eventID: "$2", quote: "> gone", text: nil),
            TurnSource(eventID: "$3", quote: nil, text: "and?"),
        ]
        #expect(TurnSource.question(of: quoted) == "> **Bob:** hi\n\nwhat?\n\nand?")
    }

    @Test func filesGoWithTheirMessages() {
        let (cat, dog) = (
            MessageFile(url: "mxc://x/cat", filename: "cat.png"), MessageFile(url: "mxc://x/dog", filename: "dog.png")
        )
        var turn = turn(.answered)
        var sources = [
            TurnSource(eventID: "$1", quote: nil, text: "", file: cat),
            TurnSource(eventID: "$2", quote: nil, text: "which is larger?", file: dog),
        ]
        turn.question.ask(sources)
        #expect(turn.question.text == "which is larger?" && turn.question.files == [cat, dog])

        let isCaptionRemoved = turn.apply(.rewrite(turnID: "turn-$1", source: "$2", text: ""), to: &sources)
        #expect(isCaptionRemoved)
        #expect(turn.question.text.isEmpty && !turn.question.isEmpty)
        let isCatRemoved = turn.apply(.redact(turnID: "turn-$1", source: "$1"), to: &sources)
        #expect(isCatRemoved)
        #expect(turn.question.files == [dog] && !turn.isWithdrawn)
        let isDogRemoved = turn.apply(.redact(turnID: "turn-$1", source: "$2"), to: &sources)
        #expect(isDogRemoved)
        #expect(turn.question.isEmpty && turn.isWithdrawn)
    }

    @Test func aMessageWithoutAFileKeepsItsText() {
        var (turn, sources) = (turn(.answered), sources)
        let isChanged = turn.apply(.rewrite(turnID: "turn-$1", source: "$1", text: ""), to: &sources)
        #expect(!isChanged)
    }
}
