import AgentRuntime
import Testing

@testable import ModelProviders

@Suite("Golden streams", .timeLimit(.minutes(2)))
struct GoldenStreamTests {
    @Test("There is one for every case of every API")
    func count() {
        for api in GoldenAPI.allCases { #expect(GoldenStream.all.count { $0.api == api } >= 10) }
    }

    @Test("A stream becomes its events", arguments: GoldenStream.all)
    func whole(stream: GoldenStream) throws {
        var outcome = GoldenOutcome()
        var reader = stream.reader()
        reader.read(stream.bytes, into: &outcome)
        reader.end(into: &outcome)
        let expected = try stream.expected()
        #expect(outcome == expected, "\(outcome.text)")
    }

    /// Byte by byte, and at each byte a copy of the reader is told that the stream ends there.
    @Test("A stream that is cut anywhere is a beginning of its events, and truncated", arguments: GoldenStream.all)
    func cut(stream: GoldenStream) throws {
        let expected = try stream.expected()
        var soFar = GoldenOutcome()
        var reader = stream.reader()
        for (index, byte) in stream.bytes.enumerated() {
            var cut = reader
            var outcome = soFar
            cut.end(into: &outcome)
            check(outcome, isBeginningOf: expected, "cut before byte \(index)")
            reader.read([byte], into: &soFar)
        }
        reader.end(into: &soFar)
        #expect(soFar == expected)
    }

    private func check(_ outcome: GoldenOutcome, isBeginningOf expected: GoldenOutcome, _ place: Comment) {
        // A failure that the stream itself tells, or its whole answer, has come before the cut.
        if outcome == expected { return }
        let isDone = outcome.events.last?["type"] == "response_done"
        if isDone {
            // The provider had stopped; at most the tokens were still missing.
            let rest = expected.events.filter { $0["type"] != "usage_update" }
            #expect(outcome.events.filter { $0["type"] != "usage_update" } == rest && outcome.failure == nil, place)
        } else {
            #expect(outcome.failure == "MODEL_STREAM_TRUNCATED (retryable)", place)
            #expect(expected.events.starts(with: outcome.events), place)
        }
    }

    @Test("The cuts between chunks mean nothing", arguments: [2, 3, 7, 64, 1000])
    func chunks(size: Int) throws {
        for stream in GoldenStream.all {
            var outcome = GoldenOutcome()
            var reader = stream.reader()
            for start in Swift.stride(from: 0, to: stream.bytes.count, by: size) {
                reader.read(Array(stream.bytes[start...].prefix(size)), into: &outcome)
            }
            reader.end(into: &outcome)
            let expected = try stream.expected()
            #expect(outcome == expected, "\(stream.testDescription)")
        }
    }

    @Test("Nothing is read behind the end or a failure", arguments: GoldenStream.all)
    func afterTheEnd(stream: GoldenStream) throws {
        var outcome = GoldenOutcome()
        var reader = stream.reader()
        reader.read(stream.bytes, into: &outcome)
        reader.end(into: &outcome)
        reader.read(stream.bytes, into: &outcome)
        reader.end(into: &outcome)
        let expected = try stream.expected()
        #expect(outcome.events == expected.events && outcome.failure == expected.failure)
    }
}
