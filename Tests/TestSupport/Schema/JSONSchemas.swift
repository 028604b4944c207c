import Foundation
package import Testing

/// The schemas in `docs/schema`, asked by a program that is not of this house.
package enum JSONSchemas {
    /// A schema.
    package enum Name: String, Sendable {
        /// `StreamEvent`.
        case event = "stream-event"
        /// `OutputItem`.
        case item = "output-item"
        /// `Response`.
        case response
        /// A frame of the agent protocol.
        case frame = "agent-protocol"
    }

    /// A JSON text, and the schema that it is held against.
    package struct Candidate: Sendable {
        /// The schema.
        package let schema: Name
        /// The text, on one line.
        package let json: String
        /// What the text is, for the report of a failure.
        package let name: String

        /// Creates a candidate, whose name is the text where no other is given.
        package init(_ schema: Name, _ json: String, name: String? = nil) {
            self.schema = schema
            self.json = json
            self.name = name ?? json
        }
    }

    /// What is wrong with each text, in their order; nil for one that is as its schema wants it.
    package static func faults(in candidates: [Candidate]) async throws -> [String?] {
        let root = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let python = root.appending(path: ".tools/synapse/bin/python").path
        try #require(FileManager.default.isExecutableFile(atPath: python), "run scripts/install-synapse first")
        let lines = candidates.map { "\($0.schema.rawValue)\t\($0.json)\n" }
        let (status, output) = try await ChildProcess.run(
            python, ["-B", root.appending(path: "scripts/validate-json.py").path], input: lines.joined(),
            limit: .seconds(180))
        let answers = output.split(separator: "\n")
        try #require(status == .exited(0) && answers.count == candidates.count, "\(status): \(output.suffix(2_000))")
        return answers.map { $0 == "ok" ? nil : String($0) }
    }

    /// Expects each text to be as its schema wants it.
    package static func expectNoFaults(
        in candidates: [Candidate], sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        try #require(!candidates.isEmpty, sourceLocation: sourceLocation)
        for (candidate, fault) in zip(candidates, try await faults(in: candidates)) {
            #expect(fault == nil, "\(candidate.name)", sourceLocation: sourceLocation)
        }
    }

    /// Expects each text to be refused.
    package static func expectFaults(
        in candidates: [Candidate], sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        try #require(!candidates.isEmpty, sourceLocation: sourceLocation)
        for (candidate, fault) in zip(candidates, try await faults(in: candidates)) {
            #expect(fault != nil, "\(candidate.name)", sourceLocation: sourceLocation)
        }
    }
}
