import Bridge
import MatrixAPI
import Testing

@Suite struct LaneStateMachineTests {
    @Test func aLaneRunsOnceAtATimeAndAgainWhenItWasWokenMeanwhile() {
        var lanes = LaneStateMachine()
        lanes.wake(.inbox("!a"))
        lanes.wake(.turns("!a"))
        let first = lanes.takeStarts()
        #expect(first == [.inbox("!a"), .turns("!a")])

        lanes.wake(.inbox("!a"))
        lanes.wake(.inbox("!a"))
        let whileRunning = lanes.takeStarts()
        #expect(whileRunning.isEmpty)
        let runsAgain = lanes.finished(.inbox("!a"))
        #expect(runsAgain)
        let runsAThirdTime = lanes.finished(.inbox("!a"))
        #expect(!runsAThirdTime)
        #expect(lanes.runningCount == 1)

        lanes.wake(.inbox("!a"))
        let later = lanes.takeStarts()
        #expect(later == [.inbox("!a")])
    }

    @Test func aLaneThatWasWokenTwiceBeforeItStartedStartsOnce() {
        var lanes = LaneStateMachine()
        lanes.wake(.notices("!a"))
        lanes.wake(.notices("!a"))
        let starts = lanes.takeStarts()
        #expect(starts == [.notices("!a")])
        _ = lanes.finished(.notices("!a"))
        let runsAgain = lanes.finished(.notices("!a"))
        #expect(!runsAgain)
        #expect(lanes.runningCount == 0)
    }
}
