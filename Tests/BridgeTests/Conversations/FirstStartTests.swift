import Bridge
import Foundation
import MatrixAPI
import PlatformSDK
import TestSupport
import Testing

/// The very first start, in rooms that the account is in already.
@Suite(.timeLimit(.minutes(1))) struct FirstStartTests {
    private static let start: Int64 = 1_700_000_000_000
    private static let minute: Int64 = 60_000

    private let homeserver = FakeHomeserver()
    private let alice: UserID = "@alice:example.org"

    private func message(_ eventID: String, minutesBefore age: Int64, from sender: UserID? = nil) -> JSONValue {
        SyncFactory.message(eventID, from: sender ?? alice, "message", at: Self.start - age * Self.minute)
    }

    private func join(minutesBefore age: Int64) -> JSONValue {
        SyncFactory.member(homeserver.userID, "join", eventID: "$join", at: Self.start - age * Self.minute)
    }

    /// Which messages are answered that stand in the first response, and one that comes after it.
    private func answered(
        _ timeline: [JSONValue],
        state: [JSONValue] = [],
        history: [JSONValue] = [],
        maximumAge: Duration = .seconds(600)
    ) async throws -> [String] {
        try homeserver.setHistory(history.reversed(), of: "!a")
        var configuration = BridgeConfiguration.forTests()
        configuration.firstStartMaximumAge = maximumAge
        let clock = BridgeClock(ContinuousClock(), milliseconds: { Self.start })
        return try await BridgeScenario.run(
            platform: MockPlatformClient(), homeserver: homeserver, configuration: configuration, clock: clock
        ) { room in
            let first = SyncFactory.joined(timeline: timeline, state: state, members: 2, limited: !history.isEmpty)
            try await room.beginAnew(join: ["!a": first])
            try await room.say("the end", in: "!a", as: "$end")
            try await eventually("the last answer") {
                turns().contains("$end") && homeserver.messages(in: "!a").allSatisfy(\.isFinal)
            }
            return turns()
        }
    }

    private func turns() -> [String] {
        homeserver.messages(in: "!a").compactMap { $0.content["io.rialto.reply"]?["turn"]?.stringValue }
    }

    @Test func whatIsYoungerThanTheAgeIsAnsweredAndNothingOlder() async throws {
        let timeline = [
            message("$1", minutesBefore: 11), message("$2", minutesBefore: 9), message("$3", minutesBefore: 0),
        ]
        #expect(try await answered(timeline) == ["$2", "$3", "$end"])
    }

    @Test func withoutAnAgeNothingOlderThanTheStartIsAnswered() async throws {
        let timeline = [message("$1", minutesBefore: 1), message("$2", minutesBefore: 0)]
        #expect(try await answered(timeline, maximumAge: .zero) == ["$2", "$end"])
    }

    @Test func theOwnJoinEndsItWhetherItStandsInTheTimelineOrInTheState() async throws {
        let (before, after) = (message("$1", minutesBefore: 6), message("$2", minutesBefore: 4))
        #expect(try await answered([before, join(minutesBefore: 5), after]) == ["$2", "$end"])
        let other = FirstStartTests()
        #expect(try await other.answered([before, after], state: [join(minutesBefore: 5)]) == ["$2", "$end"])
    }

    @Test func whatTheBotHasSaidItselfEndsItAsAnEarlierInstallationHasAnsweredWhatCameBefore() async throws {
        let timeline = [
            message("$1", minutesBefore: 3), message("$own", minutesBefore: 2, from: homeserver.userID),
            message("$2", minutesBefore: 1),
        ]
        #expect(try await answered(timeline) == ["$2", "$end"])
    }

    @Test func aLimitedTimelineIsReadBackAsFarAsTheAgeReaches() async throws {
        let history = (1...9).map { message("$\($0)", minutesBefore: 14 - Int64($0)) }
        let keys = try await answered([message("$10", minutesBefore: 4)], history: history)
        #expect(keys == (4...10).map { "$\($0)" } + ["$end"])
        #expect(homeserver.historyRequests == 3)
    }

    @Test func aRoomThatHasBeenReplacedIsNotAnswered() async throws {
        let tombstone = SyncFactory.state("m.room.tombstone", from: alice, content: ["replacement_room": "!new"])
        var configuration = BridgeConfiguration.forTests()
        configuration.firstStartMaximumAge = .seconds(600)
        let store = InMemoryBridgeStore()
        let clock = BridgeClock(ContinuousClock(), milliseconds: { Self.start })
        try await BridgeScenario.run(
            platform: MockPlatformClient(), homeserver: homeserver, store: store, configuration: configuration,
            clock: clock
        ) { room in
            let old = SyncFactory.joined(timeline: [message("$1", minutesBefore: 1)], state: [tombstone], members: 2)
            try await room.beginAnew(join: ["!a": old])
            #expect(await store.nextOpenItem(in: "!a") == nil)
            #expect(await !store.isAdmitted("$1"))
        }
    }
}
