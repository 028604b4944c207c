import Foundation
import PlatformSDK
import TestSupport
import Testing

/// `docs/schema` says what this version writes, no more and no less.
@Suite(.timeLimit(.minutes(5))) struct SchemaTests {
    private static let enumerations: Set<String> = ["type", "item_type", "status", "channel", "origin", "decision"]

    private static func candidate(_ schema: JSONSchemas.Name, _ value: some Encodable) throws -> JSONSchemas.Candidate {
        JSONSchemas.Candidate(schema, String(decoding: try EventJSON.encode(value), as: UTF8.self))
    }

    @Test func goldenFilesAreAsTheSchemasSay() async throws {
        let files = try GoldenFile.all()
        let known = files.filter { ![.newerEvent, .newerItem].contains($0.kind) }
        try await JSONSchemas.expectNoFaults(in: known.map(\.candidate))
        let newer = files.filter { [.newerEvent, .newerItem].contains($0.kind) }
        try await JSONSchemas.expectFaults(in: newer.map(\.candidate))
    }

    /// Wrong in one place, a file is refused, and by the reader too where a value has another type.
    @Test func whatIsWrongIsRefused() async throws {
        var wrong: [JSONSchemas.Candidate] = []
        for file in try GoldenFile.all() where ![.newerEvent, .newerItem].contains(file.kind) {
            let mutations = JSONMutations(of: try EventJSON.decode(OpaqueJSON.self, from: file.bytes))
            var mutated = mutations.wrongTypes + mutations.extraKeys + mutations.unknownValues(of: Self.enumerations)
            if file.isMinimal { mutated += mutations.missingKeys }
            // The envelope is the same for all events.
            if file.kind == .event, !file.isMinimal, !file.name.contains("trace") {
                mutated.removeAll { !$0.change.hasPrefix(".payload") }
            }
            wrong += try mutated.map { mutation in
                let json = String(decoding: try EventJSON.encode(mutation.json), as: UTF8.self)
                return JSONSchemas.Candidate(file.kind.schema, json, name: "\(file.name): \(mutation.change)")
            }
        }
        #expect(wrong.count > 3_000)
        try await JSONSchemas.expectFaults(in: wrong)
    }

    @Test func theReaderRefusesWrongTypesToo() throws {
        for file in try GoldenFile.all() where file.kind == .item || file.kind == .event {
            for mutation in JSONMutations(of: try EventJSON.decode(OpaqueJSON.self, from: file.bytes)).wrongTypes {
                // Null is as good as no key, an item of the type `request` may be anything, and so may a heartbeat.
                let isFree =
                    mutation.change.contains("null") || mutation.change.hasSuffix("x-wrong\")")
                    || mutation.change.contains("integer(-1)")
                if isFree || file.json.contains("request") || file.name.contains("heartbeat") { continue }
                let bytes = try EventJSON.encode(mutation.json)
                let error: PlatformError? = #expect(throws: PlatformError.self, "\(file.name): \(mutation.change)") {
                    if file.kind == .item {
                        _ = try EventJSON.decode(OutputItem.self, from: bytes)
                    } else {
                        _ = try EventJSON.decode(StreamEvent.self, from: bytes)
                    }
                }
                #expect(error == nil || error?.code == .malformedEvent)
            }
        }
    }

    /// Random runs and all their snapshots, in as far as they hold only what this version knows.
    @Test func randomRunsAreAsTheSchemasSay() async throws {
        var right: [JSONSchemas.Candidate] = []
        var newer: [JSONSchemas.Candidate] = []
        for seed in 0..<40 {
            var generator = RunGenerator(seed: UInt64(seed))
            let events = generator.run()
            for event in events {
                let candidate = try Self.candidate(.event, event)
                if event.isOfThisVersion { right.append(candidate) } else { newer.append(candidate) }
            }
            for _ in 0..<4 {
                let response = try #require(Response.reduce(events.prefix(generator.number(in: 1..<events.count + 1))))
                guard response.outputItems.allSatisfy({ $0.item.isOfThisVersion }) else { continue }
                right.append(try Self.candidate(.response, response))
            }
        }
        try await JSONSchemas.expectNoFaults(in: right)
        try await JSONSchemas.expectFaults(in: newer)
    }
}

extension StreamEvent {
    fileprivate var isOfThisVersion: Bool {
        switch payload {
        case .itemStart(let start): start.item.isOfThisVersion
        case .itemDone(let done): done.finalItem.isOfThisVersion
        case .itemDelta(let delta): delta.channel.rawValue != "new"
        case .unknown: false
        default: true
        }
    }
}

extension OutputItem {
    fileprivate var isOfThisVersion: Bool {
        switch self {
        case .unknown(let type, _): type == "request"
        case .message(let message): [.user, .agent, .system].contains(message.origin)
        default: true
        }
    }
}
