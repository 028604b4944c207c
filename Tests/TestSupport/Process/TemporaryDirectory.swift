import Foundation

/// A directory that exists for the time of a scope.
package struct TemporaryDirectory: Sendable {
    /// The absolute path of the directory.
    package let path: String

    /// The absolute path of a file in it, whether it exists or not.
    package func file(_ name: String) -> String { path + "/" + name }

    /// Writes a text file into it, with the directories that its name has, and returns its path.
    @discardableResult
    package func write(_ text: String, to name: String, permissions: Int = 0o600) throws -> String {
        let file = file(name)
        try FileManager.default.createDirectory(
            atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try Data(text.utf8).write(to: URL(fileURLWithPath: file))
        try FileManager.default.setAttributes([.posixPermissions: permissions], ofItemAtPath: file)
        return file
    }

    fileprivate init() throws {
        path = Self.unusedPath()
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    /// A path in the system's temporary directory that nobody else uses.
    static func unusedPath() -> String {
        let name = "rialto-" + UUID().uuidString.prefix(13).lowercased()
        return FileManager.default.temporaryDirectory.appendingPathComponent(name).path
    }
}

/// Runs the body with a new directory and removes it with all it holds, however the body ends.
package func withTemporaryDirectory<Result>(
    _ body: (TemporaryDirectory) async throws -> Result
) async throws -> Result {
    let directory = try TemporaryDirectory()
    defer { try? FileManager.default.removeItem(atPath: directory.path) }
    return try await body(directory)
}
