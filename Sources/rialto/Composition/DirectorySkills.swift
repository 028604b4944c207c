import AgentRuntime
import Foundation
import Logging
import Synchronization

/// The skills in a directory: each a folder with a `SKILL.md`, read anew at each request, so that edits count at once.
///
/// A skill that cannot be read is left out, and logged once for each fault; it does not take the others with it.
final class DirectorySkills: SkillLibrary {
    /// The longest file that is read, in bytes; what a model is to follow is far shorter.
    static let maximumBytes = 256 << 10

    private let directory: URL
    private let logger: Logger
    /// The faults of the last reading.
    private let known = Mutex<Set<String>>([])

    /// Creates a library over a directory, which may be missing.
    init(directory: URL, logger: Logger) {
        self.directory = directory
        self.logger = logger
    }

    func skills() async throws -> [Skill] {
        let (skills, faults) = await FileQueue.run { self.read() }
        let reasons = Set(faults.map { "\($0)" })
        let new = known.withLock { known in
            defer { known = reasons }
            return reasons.subtracting(known)
        }
        for reason in new.sorted() { logger.warning("a skill cannot be read", metadata: ["reason": "\(reason)"]) }
        return skills
    }

    /// All skills in the order of their names, and what is wrong with the others.
    func read() -> (skills: [Skill], faults: [SkillError]) {
        let folders = (try? FileManager.default.contentsOfDirectory(atPath: directory.path)) ?? []
        var skills: [Skill] = []
        var faults: [SkillError] = []
        for folder in folders.sorted() where !folder.hasPrefix(".") {
            let file = directory.appendingPathComponent(folder).appendingPathComponent("SKILL.md")
            guard let handle = try? FileHandle(forReadingFrom: file) else { continue }
            defer { try? handle.close() }
            do throws(SkillError) {
                let bytes = (try? handle.read(upToCount: Self.maximumBytes + 1)) ?? Data()
                guard bytes.count <= Self.maximumBytes else {
                    throw SkillError(file: file.path, line: 1, "the file is longer than \(Self.maximumBytes) bytes")
                }
                guard let text = String(data: bytes, encoding: .utf8) else {
                    throw SkillError(file: file.path, line: 1, "the file is not UTF-8")
                }
                skills.append(try Skill(parsing: text, file: file.path, directory: folder))
            } catch {
                faults.append(error)
            }
        }
        return (skills, faults)
    }
}
