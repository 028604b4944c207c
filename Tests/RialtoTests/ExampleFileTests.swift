import Foundation
import Testing

@testable import rialto

@Suite("config.example.toml")
struct ExampleFileTests {
    private static var text: String {
        get throws {
            let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent()
            return try String(contentsOf: root.appendingPathComponent("config.example.toml"), encoding: .utf8)
        }
    }

    private func load(_ source: String) throws -> Configuration {
        try ConfigurationLoader(environment: [:], workingDirectory: "", systemFile: "")
            .load(source: source, name: "config.example.toml", directory: "")
    }

    @Test("it is what the schema says")
    func matchesSchema() throws {
        #expect(try Self.text == ExampleFile.text())
    }

    @Test("it parses, and changes no default")
    func holdsDefaults() throws {
        let configuration = try load(Self.text)
        let defaults = Configuration(directory: "")
        for key in ConfigurationSchema.keys {
            #expect(key.literal(configuration) == key.literal(defaults), "\(key.path)")
        }
    }

    @Test("each example of a key without a default is valid")
    func examplesAreValid() throws {
        for key in ConfigurationSchema.keys where key.example != nil {
            let example = try #require(key.example)
            let configuration = try load("[\(key.section)]\n\(key.name) = \(example)")
            #expect(key.literal(configuration) == example)
        }
    }

    @Test("each key is declared once, in a known section, with words about it and a default or an example")
    func schemaIsSound() {
        let paths = ConfigurationSchema.keys.map(\.path)
        #expect(Set(paths).count == paths.count)
        let defaults = Configuration(directory: "")
        for key in ConfigurationSchema.keys {
            #expect(ConfigurationSchema.sections.contains { $0.name == key.section })
            #expect(!key.documentation.isEmpty)
            #expect((key.literal(defaults) == nil) == (key.example != nil), "\(key.path)")
            #expect(key.documentation.allSatisfy { $0.count <= 118 }, "\(key.path)")
        }
    }
}
