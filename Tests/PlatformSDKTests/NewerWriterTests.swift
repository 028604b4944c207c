import Foundation
import PlatformSDK
import Testing

/// What becomes of events whose writer knows more than this version: nothing breaks, and what is passed on is said in
/// `docs/stream-events.md`.
@Suite struct NewerWriterTests {
    private static let trace =
        #""trace_context":{"traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}"#

    private static func event(_ seq: Int, _ type: String, _ payload: String, more: String = "") throws -> StreamEvent {
        let json =
            #"{"attempt":1,"event_id":"e\#(seq)","payload":\#(payload),"run_id":"run","seq":\#(seq),"#
            + #""timestamp":\#(seq),\#(trace),"type":"\#(type)"\#(more)}"#
        return try EventJSON.decode(StreamEvent.self, from: Data(json.utf8))
    }

    private static let start =
        #"{"id":"run","turn_id":"t","thread_id":"th","model_id":"m","provider_id":"p","created_at":1,"updated_at":1,"#
        + #""status":"in_progress""#

    private static func text(_ value: some Encodable) throws -> String {
        String(decoding: try EventJSON.encode(value), as: UTF8.self)
    }

    /// Payload types, item types, channels and fields that this version does not know, in one run.
    @Test func aRunIsReadWithoutWhatIsNew() throws {
        let events = [
            try Self.event(1, "response_start", Self.start + #","mood":"calm"}"#, more: #","shard":7"#),
            try Self.event(2, "weather", #"{"sky":["blue"]}"#),
            try Self.event(3, "item_start", #"{"item_id":"a","item_type":"hologram","output_index":0,"depth":3}"#),
            try Self.event(4, "item_delta", #"{"item_id":"a","channel":"depth","delta_content":"1"}"#),
            try Self.event(5, "item_start", #"{"item_id":"b","item_type":"message","output_index":1,"tone":"dry"}"#),
            try Self.event(6, "item_delta", #"{"item_id":"b","channel":"text","delta_content":"Ciao","weight":1}"#),
            try Self.event(7, "item_delta", #"{"item_id":"b","channel":"smell","delta_content":"brine"}"#),
            try Self.event(
                8, "item_done",
                #"{"item_id":"b","final_item":{"type":"message","content":"Ciao","origin":"oracle","tone":"dry"}}"#),
            try Self.event(9, "item_done", #"{"item_id":"a","final_item":{"type":"hologram","depth":[4]}}"#),
            try Self.event(
                10, "usage_update", #"{"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3,"dreams":4}}"#),
            try Self.event(11, "response_done", #"{"status":"complete","finish_reason":"bored","applause":true}"#),
        ]
        var response = try #require(Response(beginning: events[0]))
        let changes = events.dropFirst().map { response.apply($0) }
        #expect(
            changes == [
                .passedOver, .item(at: 0), .passedOver, .item(at: 1), .item(at: 1), .passedOver, .item(at: 1),
                .item(at: 0), .usage, .ended,
            ])
        #expect(response.status == .complete && response.finishReason == "bored" && response.lastSeq == 11)
        #expect(
            response.outputItems.map(\.item) == [
                .unknown(
                    type: "hologram", json: .object(["type": .string("hologram"), "depth": .array([.integer(4)])])),
                .message(.init(content: "Ciao", origin: .init(rawValue: "oracle"))),
            ])
        // What is unknown as a whole is passed on; fields beside those that are known are not.
        #expect(try Self.text(events[1]).contains(#""payload":{"sky":["blue"]}"#))
        #expect(try Self.text(response).contains(#"{"depth":[4],"type":"hologram"}"#))
        let written = try events.map(Self.text).joined() + Self.text(response)
        for word in ["mood", "shard", "tone", "weight", "dreams", "applause"] { #expect(!written.contains(word)) }
    }

    /// What ends or begins something must be known: a guess would be wrong.
    @Test(arguments: [
        ("response_start", start + #","attempt":1}"#, true),
        ("response_start", start.replacing("in_progress", with: "paused") + "}", false),
        ("response_done", #"{"status":"postponed"}"#, false),
        ("item_done", #"{"item_id":"i","final_item":{"content":"no type"}}"#, false),
        ("item_start", #"{"item_id":"i","output_index":0}"#, false),
        ("item_delta", #"{"item_id":"i","channel":"text","delta_content":7}"#, false),
        ("heartbeat", #""anything""#, true),
        ("weather", "null", true),
    ])
    func whatCannotBeRead(type: String, payload: String, isRead: Bool) {
        var code: PlatformError.Code?
        do {
            _ = try Self.event(1, type, payload)
        } catch {
            code = (error as? PlatformError)?.code
        }
        #expect(code == (isRead ? nil : .malformedEvent))
    }

    /// Numbers keep their values, not their spelling; what 38 digits cannot say is refused, not rounded.
    @Test(arguments: [
        ("1.0", "1"), ("1e2", "100"), ("-0", "0"), ("0.10", "0.1"), ("9223372036854775807", "9223372036854775807"),
        ("18446744073709551616", "18446744073709551616"),
        ("12345678901234567890.123456789", "12345678901234567890.123456789"),
    ])
    func numbers(written: String, kept: String) throws {
        let value = try EventJSON.decode(OpaqueJSON.self, from: Data(written.utf8))
        #expect(try Self.text(value) == kept)
        #expect(try EventJSON.decode(OpaqueJSON.self, from: Data(kept.utf8)) == value)
    }

    @Test(arguments: ["1e400", "NaN", "01", "[1", "{\"a\"}", "\"\\ud800\"", ""])
    func whatIsNoValueIsAnError(json: String) {
        let error = #expect(throws: PlatformError.self) {
            try EventJSON.decode(OpaqueJSON.self, from: Data(json.utf8))
        }
        #expect(error?.code == .malformedEvent)
    }
}
