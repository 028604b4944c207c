import AgentRuntime
import Foundation
import PlatformSDK
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct SkillTests {
    private func matter(_ lines: String) -> String { "---\nname: a\n\(lines)\n---\ntext" }

    /// The description that front matter of these lines has.
    @Test(arguments: [
        ("description: plain words", "plain words"),
        ("description:    spaced   # a comment", "spaced"),
        ("description: C# and a#b", "C# and a#b"),
        ("description: on\n  several\n  lines", "on several lines"),
        ("description:\n  below\n\n  its key", "below\nits key"),
        (#"description: "quoted: \"so\" \u00e9\n\ttab""#, "quoted: \"so\" é\n\ttab"),
        ("description: \"over\n  lines\" # and a comment", "over lines"),
        ("description: 'it''s: fine'", "it's: fine"),
        ("description: |\n  first\n    second\n\n  third", "first\n  second\n\nthird"),
        ("description: >\n  first\n  second\n\n  third\n\n", "first second\nthird"),
        ("description: >-\n  a\n    b\n  c", "a\n  b\nc"),
        ("description: |2-\n   kept\n  out", " kept\nout"),
        ("license: MIT\nmetadata:\n  author: x\n  description: inner\ndescription: outer", "outer"),
        ("tags:\n- one\n- two\n  more\ndescription: after a list", "after a list"),
        ("tags: [a, b]\n# comment\n\"description\": quoted key", "quoted key"),
        ("allowed-tools:\n  - one\ndescription: http://example.org", "http://example.org"),
    ])
    func descriptions(lines: String, description: String) throws {
        let skill = try Skill(parsing: matter(lines), file: "SKILL.md")
        // White space at the ends says nothing.
        #expect(skill.description == description.trimmingCharacters(in: .whitespacesAndNewlines))
        #expect(skill.name == "a" && skill.instructions == "text")
    }

    @Test(arguments: ["\n", "\r\n"]) func linesEndAsTheyLike(end: String) throws {
        let text = ["\u{FEFF}---", "name: a-1", "description: d", "---  ", "", "# One", "", "two", ""]
            .joined(separator: end)
        let skill = try Skill(parsing: text, file: "SKILL.md", directory: "a-1")
        #expect(skill == Skill(name: "a-1", description: "d", instructions: "# One\n\ntwo"))
    }

    /// The line and a part of the message.
    @Test(arguments: [
        ("", 1, "must begin with a line ---"), ("# A\n", 1, "must begin with a line ---"),
        ("---\nname: a\ndescription: d\n", 4, "close it with a line ---"),
        ("---\nname: a\n---\ntext", 1, "no description"), ("---\ndescription: d\n---\ntext", 1, "no name"),
        ("---\nname: a\ndescription:\n---\ntext", 3, "description is empty"),
        ("---\nname: A b\ndescription: d\n---\ntext", 2, "lowercase letters"),
        ("---\nname: a--b\ndescription: d\n---\ntext", 2, "single hyphens"),
        ("---\nname: b\ndescription: d\n---\ntext", 2, "that of the folder, a"),
        ("---\nname: a\nname: a\ndescription: d\n---\ntext", 3, "there already"),
        ("---\nname: a\ndescription: it: breaks\n---\ntext", 3, "put it into quotes"),
        ("---\nname: a\n\ndescription: \"open\n---\ntext", 4, "never closed"),
        ("---\nname: a\ndescription: 'a' b\n---\ntext", 3, "behind the closing quote"),
        ("---\nname: a\ndescription: \"\\q\"\n---\ntext", 3, "no escape \\q"),
        ("---\nname: a\ndescription: |x\n  d\n---\ntext", 3, "no head of a block"),
        ("---\nname: a\ndescription: |\n    d\n  e\n---\ntext", 3, "indented less"),
        ("---\nname: a\n\tdescription: d\n---\ntext", 3, "not indented by tabs"),
        ("---\nwords\n---\ntext", 2, "key: value"), ("---\nname: a\ndescription: d\n---\n \n", 4, "no instructions"),
    ])
    func whatIsWrongIsNamed(text: String, line: Int, message: String) {
        let error = #expect(throws: SkillError.self) {
            try Skill(parsing: text, file: "skills/a/SKILL.md", directory: "a")
        }
        #expect(error?.line == line, "\(error.map { "\($0)" } ?? "")")
        #expect(error?.message.contains(message) == true, "\(error.map { "\($0)" } ?? "")")
        #expect(error?.description.hasPrefix("skills/a/SKILL.md:\(line): ") == true)
    }

    @Test func aDescriptionHasALimit() throws {
        let longest = String(repeating: "é", count: 1_024)
        #expect(try Skill(parsing: matter("description: \(longest)"), file: "f").description == longest)
        #expect(throws: SkillError.self) { try Skill(parsing: matter("description: \(longest)é"), file: "f") }
    }

    /// The skills that come with the program can be read, and say when to use them.
    @Test func theSkillsOfTheHouse() throws {
        let root = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("skills")
        let names = try FileManager.default.contentsOfDirectory(atPath: root.path).sorted()
        #expect(names == ["meeting-notes", "summarise-thread"])
        for name in names {
            let file = root.appendingPathComponent(name).appendingPathComponent("SKILL.md")
            let skill = try Skill(
                parsing: String(contentsOf: file, encoding: .utf8), file: file.path, directory: name)
            #expect(skill.description.contains("Use it when"))
        }
    }

    @Test func theModelLoadsASkillThatTheUserHasSwitchedOn() async throws {
        let library = InMemorySkills([
            Skill(name: "sums", description: "Adds.", instructions: "Carry the one."),
            Skill(name: "hidden", description: "No.", instructions: "Secret."),
        ])
        let model = ScriptedModelProvider([
            .calls(("load_skill", #"{"name":"sums"}"#, "c1"), ("load_skill", #"{"name":"hidden"}"#, "c2")),
            .says("2"), .says("no skills"),
        ])
        let fixture = RuntimeFixture(provider: model, configure: { $0.skills = library })
        var request = fixture.ask("1 + 1?")
        request.skills = ["sums", "unknown"]
        try await fixture.whileRunning { [request] runtime in
            _ = try await runtime.respond(to: request).outcome()
            _ = try await runtime.respond(to: fixture.ask("q", runID: "r2", threadID: "t2")).outcome()
        }
        let instructions = try #require(model.requests.first?.instructions)
        #expect(instructions.contains("`load_skill`") && instructions.hasSuffix("\n- sums: Adds."))
        #expect(model.requests.map { $0.tools.map(\.name) } == [["load_skill"], ["load_skill"], []])
        let outputs = model.requests[1].history.compactMap { item -> OutputItem.FunctionCallOutput? in
            if case .functionCallOutput(let output) = item { output } else { nil }
        }
        #expect(outputs.map(\.output) == ["Carry the one.", "There is no such skill; you have: sums."])
        #expect(outputs.map(\.success) == [true, false])
        #expect(model.requests.last?.instructions == "Your name is Portia.")
    }
}
