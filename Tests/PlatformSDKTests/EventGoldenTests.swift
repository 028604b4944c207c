import Foundation
import PlatformSDK
import Testing

/// Each wire type against JSON that was written by hand, byte for byte.
@Suite struct EventGoldenTests {
    private static func roundTrip<T: Codable>(_ type: T.Type, _ bytes: Data) throws -> String {
        String(decoding: try EventJSON.encode(try EventJSON.decode(type, from: bytes)), as: UTF8.self)
    }

    @Test func everyFileKeepsItsBytes() throws {
        for file in try GoldenFile.all() {
            let written =
                switch file.kind {
                case .event, .newerEvent: try Self.roundTrip(StreamEvent.self, file.bytes)
                case .item, .newerItem: try Self.roundTrip(OutputItem.self, file.bytes)
                case .response: try Self.roundTrip(Response.self, file.bytes)
                }
            #expect(written == file.json, "\(file.name)")
        }
    }

    /// Nothing of the contract is without a file.
    @Test func thereIsAFileForEverything() throws {
        let files = try GoldenFile.all()
        let events = try files.filter { $0.kind == .event }.map {
            try EventJSON.decode(StreamEvent.self, from: $0.bytes)
        }
        #expect(
            Set(events.map(\.type)) == [
                "response_start", "item_start", "item_delta", "item_done", "item_error", "item_cancelled",
                "usage_update",
                "response_done", "response_error", "turn_aborted_by_user", "heartbeat",
            ])
        let types: Set<String> = [
            "message", "reasoning", "function_call", "function_call_output", "script_execution",
            "script_execution_output", "approval_request", "file", "error", "cancelled", "request",
        ]
        let items = try files.filter { $0.kind == .item }.map { try EventJSON.decode(OutputItem.self, from: $0.bytes) }
        #expect(Set(items.map(\.type)) == types)
        let begun = events.compactMap { if case .itemStart(let start) = $0.payload { start.item.type } else { nil } }
        let done = events.compactMap { if case .itemDone(let done) = $0.payload { done.finalItem.type } else { nil } }
        #expect(Set(begun) == types && Set(done) == types)
        let channels = events.compactMap { if case .itemDelta(let delta) = $0.payload { delta.channel } else { nil } }
        #expect(
            Set(channels) == [.text, .refusal, .reasoning, .summary, .arguments, .annotation, .status])
        let responses = try files.filter { $0.kind == .response }
            .map { try EventJSON.decode(Response.self, from: $0.bytes) }
        #expect(Set(responses.map(\.status)) == [.queued, .inProgress, .complete, .error, .aborted])
        #expect(
            Set(responses.flatMap { $0.outputItems.map(\.status) }) == [.inProgress, .complete, .error, .cancelled])
    }

    @Test func anErrorNamesTheKeyPath() throws {
        let json = #"{"item_id":"i","final_item":{"type":"message","content":7}}"#
        let error = #expect(throws: PlatformError.self) {
            try EventJSON.decode(ItemDone.self, from: Data(json.utf8))
        }
        #expect(error?.message.contains("final_item.content is not a String") == true)
    }

    @Test(arguments: [
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
        "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "00-00000000000000000000000000000000-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
        "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-x", "",
    ])
    func invalidTraceparents(header: String) {
        #expect(TraceContext(traceparent: header) == nil)
    }

    @Test func aChildStaysInItsTrace() {
        let parent = TraceContext.random()
        let child = parent.child()
        #expect(child.traceID == parent.traceID && child.spanID != parent.spanID && child.isSampled)
        #expect(TraceContext(traceparent: child.traceparent) == child)
    }
}
