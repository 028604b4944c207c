extension Skill {
    /// Reads a `SKILL.md`: YAML front matter between two lines `---` that names the skill and describes it, and then the
    /// instructions in Markdown, as the Agent Skills convention has it.
    ///
    /// Keys beyond `name` and `description` belong to other programs and are passed over.
    ///
    /// - Parameters:
    ///   - file: The file's name, for errors.
    ///   - directory: The name of the folder that the file is in, which must be the skill's; nil where there is none.
    /// - Throws: `SkillError`, which names the file and the line.
    package init(parsing text: String, file: String, directory: String? = nil) throws(SkillError) {
        let unmarked = text.unicodeScalars.first == "\u{FEFF}" ? String(text.unicodeScalars.dropFirst()) : text
        var lines = unmarked.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map(String.init)
        guard lines.first?.trimmed == "---" else {
            throw SkillError(
                file: file, line: 1, "the file must begin with a line --- and the skill's name and description")
        }
        guard let end = lines.dropFirst().firstIndex(where: { $0.trimmedEnd == "---" }) else {
            throw SkillError(file: file, line: lines.count, "the front matter has no end; close it with a line ---")
        }
        let matter = try FrontMatter(lines[1..<end], file: file)
        let name = try matter.required("name", file: file)
        guard Skill.isName(name.text) else {
            throw SkillError(
                file: file, line: name.line,
                "the name must be at most \(Skill.maximumName) lowercase letters, digits and single hyphens between them"
            )
        }
        if let directory, directory != name.text {
            throw SkillError(
                file: file, line: name.line,
                "the name must be that of the folder, \(directory); rename one of the two")
        }
        let description = try matter.required("description", file: file)
        guard description.text.count <= Skill.maximumDescription else {
            throw SkillError(
                file: file, line: description.line,
                "the description has \(description.text.count) characters; shorten it to \(Skill.maximumDescription)")
        }
        lines.removeFirst(end + 1)
        let instructions = lines.joined(separator: "\n").trimmed
        guard !instructions.isEmpty else {
            throw SkillError(file: file, line: end + 1, "there are no instructions after the front matter")
        }
        self.init(name: name.text, description: description.text, instructions: instructions)
    }
}

extension FrontMatter {
    /// The text of a key that must be there and say something.
    fileprivate func required(_ key: String, file: String) throws(SkillError) -> Entry {
        guard let entry = entries[key] else {
            throw SkillError(file: file, line: 1, "the front matter has no \(key)")
        }
        guard !entry.text.trimmed.isEmpty else {
            throw SkillError(file: file, line: entry.line, "the \(key) is empty")
        }
        return Entry(text: entry.text.trimmed, line: entry.line)
    }
}
