import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Makes sure that only one process works on a data directory.
///
/// The lock is the kernel's (`flock`) and ends with the process, however it ends; the process id in the file is only for
/// people to read, and one that a dead process left has no meaning.
enum DataDirectoryLock {
    /// The name of the lock file in the directory.
    static let fileName = "rialto.lock"

    /// Why the directory cannot be used.
    struct LockError: Error, Equatable, CustomStringConvertible {
        /// The kind of an error.
        struct Code: Hashable, Sendable {
            private let name: String

            /// Another process holds the lock.
            static let held = Code(name: "held")
            /// The directory or the lock file cannot be made or opened.
            static let inaccessible = Code(name: "inaccessible")
        }

        /// The kind of the error.
        let code: Code
        /// What happened, where, and what to do.
        let message: String

        /// Always false: somebody has to act first.
        var isRetryable: Bool { false }

        var description: String { message }
    }

    /// Makes the directory where it does not exist, and holds its lock as long as `body` runs.
    static func withLock<Result>(
        on directory: String,
        _ body: () async throws -> Result
    ) async throws -> Result {
        let descriptor = try acquire(directory)
        defer { close(descriptor) }
        return try await body()
    }

    private static func acquire(_ directory: String) throws(LockError) -> Int32 {
        do {
            try FileManager.default.createDirectory(
                atPath: directory,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
        } catch {
            throw inaccessible("the data directory \(directory) cannot be made")
        }
        let path = directory + "/" + fileName
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw inaccessible("\(path) cannot be opened: \(reason(errno))") }
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            let code = errno
            if code == EINTR { continue }
            let holder = holder(descriptor)
            close(descriptor)
            guard code == EWOULDBLOCK else { throw inaccessible("\(path) cannot be locked: \(reason(code))") }
            throw LockError(
                code: .held,
                message: "the data directory \(directory) is in use by another rialto\(holder); stop that one first, "
                    + "or set store.directory to another folder"
            )
        }
        record(descriptor)
        return descriptor
    }

    private static func record(_ descriptor: Int32) {
        let text = Array("\(getpid())\n".utf8)
        guard ftruncate(descriptor, 0) == 0 else { return }
        // The id is only information: the lock holds without it.
        _ = text.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    }

    private static func holder(_ descriptor: Int32) -> String {
        var bytes = [UInt8](repeating: 0, count: 32)
        let count = bytes.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, 0) }
        guard count > 0, let id = Int(String(decoding: bytes[..<count], as: UTF8.self).trimmed) else { return "" }
        return " (process \(id))"
    }

    private static func inaccessible(_ what: String) -> LockError {
        LockError(
            code: .inaccessible, message: "\(what); check its permissions, or set store.directory to another folder")
    }

    private static func reason(_ code: Int32) -> String {
        String(cString: strerror(code))
    }
}
