import Foundation
import PlatformSDK
import Testing

/// Each wire type against JSON that was written by hand, byte for byte.
@Suite struct EventGoldenTests {
    private static func files(_ prefix: String) throws -> [URL] {
        let folder = Bundle.module.bundleURL.appending(path: "Golden")
        return try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { $0.lastPathComponent.hasPrefix(prefix) }
    }

    private static func roundTrip<T: Codable>(_ type: T.Type, _ file: URL) throws {
        let bytes = try Data(contentsOf: file)
        let written = try EventJSON.encode(try EventJSON.decode(type, from: bytes))
        #expect(String(decoding: written, as: UTF8.self) == String(decoding: bytes, as: UTF8.self))
    }

    @Test func eventsKeepTheirBytes() throws {
        let files = try Self.files("event-")
        #expect(files.count == 13)
        for file in files { try Self.roundTrip(StreamEvent.self, file) }
    }

    @Test func itemsKeepTheirBytes() throws {
        let files = try Self.files("item-")
        #expect(files.count == 11)
        for file in files { try Self.roundTrip(OutputItem.self, file) }
    }

    @Test func aSnapshotKeepsItsBytes() throws {
        for file in try Self.files("response") { try Self.roundTrip(Response.self, file) }
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
