import Foundation

/// The program under test.
package enum RialtoExecutable {
    /// The path of the `rialto` that was built together with the tests.
    ///
    /// - Throws: `Missing` when it was not; that is a failure and never a reason to skip.
    package static func path() throws -> String {
        let tests = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        let path = tests.deletingLastPathComponent().appendingPathComponent("rialto").path
        guard FileManager.default.isExecutableFile(atPath: path) else { throw Missing(path: path) }
        return path
    }

    /// The executable is not beside the tests.
    struct Missing: Error, CustomStringConvertible {
        let path: String

        var description: String {
            "the program under test is missing: there is no executable \(path); build it with swift build --build-tests"
        }
    }
}
