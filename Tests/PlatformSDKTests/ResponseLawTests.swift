import Foundation
import PlatformSDK
import TestSupport
import Testing

/// `reduce(snapshot(n) + tail(n)) == reduce(all)`, byte for byte.
@Suite struct ResponseLawTests {
    @Test(arguments: 0..<200)
    func aSnapshotAndTheTailMakeTheWhole(seed: Int) throws {
        var generator = RunGenerator(seed: UInt64(seed))
        let events = generator.run()
        let whole = try EventJSON.encode(try #require(Response.reduce(events)))
        let delivered = generator.delivered(events)
        #expect(try EventJSON.encode(try #require(Response.reduce(delivered))) == whole)

        for _ in 0..<5 {
            let cut = generator.number(in: 1..<delivered.count + 1)
            let snapshot = try EventJSON.encode(try #require(Response.reduce(delivered[..<cut])))
            var resumed = try EventJSON.decode(Response.self, from: snapshot)
            // A reader that resumes may be handed again what it has seen.
            for event in delivered[generator.number(in: 0..<cut)...] { resumed.apply(event) }
            #expect(try EventJSON.encode(resumed) == whole)
        }
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
