import Foundation
import PlatformSDK
import TestSupport
import Testing

/// `reduce(snapshot(n) + tail(n)) == reduce(all)`, byte for byte.
@Suite struct ResponseLawTests {
    @Test(arguments: 0..<300)
    func aSnapshotAndTheTailMakeTheWhole(seed: Int) throws {
        var generator = RunGenerator(seed: UInt64(seed))
        let events = generator.run()
        let whole = try EventJSON.encode(try #require(Response.reduce(events)))
        let delivered = generator.delivered(events)
        #expect(try EventJSON.encode(try #require(Response.reduce(delivered))) == whole)

        for _ in 0..<5 {
            let cut = generator.number(in: 1..<delivered.count + 1)
            var resumed = try Self.stored(try #require(Response.reduce(delivered[..<cut])))
            // A reader that resumes may be handed again what it has seen.
            for event in delivered[generator.number(in: 0..<cut)...] { resumed.apply(event) }
            #expect(try EventJSON.encode(resumed) == whole)
        }
    }

    /// A reader that is cut off again and again, and goes on each time from what it has stored.
    @Test(arguments: 0..<100)
    func manyResumptionsMakeTheWhole(seed: Int) throws {
        var generator = RunGenerator(seed: UInt64(seed))
        let events = generator.run()
        let delivered = generator.delivered(events)
        var response = try #require(Response(beginning: delivered[0]))
        var place = 1
        while place < delivered.count {
            response = try Self.stored(response)
            let next = min(place + generator.number(in: 1..<12), delivered.count)
            for event in delivered[generator.number(in: 0..<place)..<next] { response.apply(event) }
            #expect(response == Response.reduce(delivered[..<next]))
            place = next
        }
        #expect(try EventJSON.encode(response) == EventJSON.encode(try #require(Response.reduce(events))))
    }

    /// Whatever comes, in whichever order: nothing traps, an event twice is an event once, an end is final, and a
    /// snapshot is all that there is to know.
    @Test(arguments: 0..<200)
    func rubbishKeepsTheLaws(seed: Int) throws {
        var generator = RunGenerator(seed: UInt64(seed))
        var response: Response?
        for event in generator.rubbish(60) {
            guard var next = response else {
                response = Response(beginning: event)
                continue
            }
            let before = next
            var fromSnapshot = try Self.stored(next)
            let change = next.apply(event)
            let sameChange = fromSnapshot.apply(event)
            #expect(sameChange == change && fromSnapshot == next)
            #expect(change != .ignored || next == before)
            #expect(!before.status.isTerminal || change == .ignored)
            #expect(next.attempt > before.attempt || next.lastSeq >= before.lastSeq)
            let once = next
            let repetition = next.apply(event)
            #expect(repetition == .ignored && next == once)
            response = next
        }
    }

    /// A response as it is after it was stored and read.
    private static func stored(_ response: Response) throws -> Response {
        try EventJSON.decode(Response.self, from: EventJSON.encode(response))
    }

    @Test(arguments: 0..<50)
    func eventsKeepTheirBytes(seed: Int) throws {
        var generator = RunGenerator(seed: UInt64(seed))
        for event in generator.run() {
            let bytes = try EventJSON.encode(event)
            let read = try EventJSON.decode(StreamEvent.self, from: bytes)
            #expect(read == event)
            #expect(try EventJSON.encode(read) == bytes)
        }
    }

    @Test(arguments: 0..<50)
    func aMissingEventIsAnError(seed: Int) throws {
        var generator = RunGenerator(seed: UInt64(seed))
        var events = generator.run()
        guard events.count > 2 else { return }
        events.remove(at: generator.number(in: 1..<events.count - 1))
        let response = try #require(Response.reduce(events))
        #expect(response.status == .error)
        #expect(response.error?.code == ResponseError.sequenceErrorCode)
        #expect(response.finishReason == "stream_error")
    }
}
