package import Bridge
import Foundation
package import PlatformSDK

/// Keeps copies of the agent's files, taken from a directory that the agent shares, or from the agent's own words.
package struct SharedFiles: FileShelf {
    private let workspace: String?
    private let directory: String
    private let limitMegabytes: Int

    /// Creates a shelf.
    ///
    /// - Parameters:
    ///   - workspace: The directory that agent and bridge share; nothing outside it is read. Nil where they share none.
    ///   - directory: Where the copies are kept; absolute.
    package init(workspace: String?, directory: String, limitMegabytes: Int) {
        self.workspace = workspace
        self.directory = directory
        self.limitMegabytes = limitMegabytes
    }

    package func keep(_ file: AgentFile, as id: String) async throws(AttachmentFailure) -> OutgoingFile {
        do {
            return try await DiskQueue.run(throwing: { try copy(file, as: id) })
        } catch {
            throw error as? AttachmentFailure ?? .unavailable
        }
    }

    private func copy(_ file: AgentFile, as id: String) throws -> OutgoingFile {
        let bytes = try contents(of: file)
        let folder = directory + "/" + SafeFileName.make(from: id)
        let path = folder + "/" + SafeFileName.make(from: file.filename)
        try? FileManager.default.removeItem(atPath: folder)
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        guard
            FileManager.default.createFile(
                atPath: path, contents: bytes, attributes: [.posixPermissions: 0o600])
        else { throw AttachmentFailure.unavailable }
        return OutgoingFile(
            path: path,
            mimeType: Self.mimeType(of: bytes, declared: file.mimeType),
            size: Int64(bytes.count),
            filename: ServerWords.tidy(file.filename, limit: 200),
            picture: ImageSize(of: Array(bytes.prefix(Self.pictureHeaderBytes)))
        )
    }

    /// A JPEG tells its size behind its metadata, which rarely takes more.
    private static let pictureHeaderBytes = 262_144

    private func contents(of file: AgentFile) throws -> Data {
        let limit = limitMegabytes * 1_000_000
        let path: String
        switch file.location {
        case .url(let url):
            guard let data = DataURL.decode(url, maximumBytes: limit) else { throw AttachmentFailure.unavailable }
            return data
        case .path(let named): path = named
        }
        guard let workspace, let root = Self.canonical(workspace),
            let target = Self.canonical(path.hasPrefix("/") ? path : root + "/" + path), target.hasPrefix(root + "/")
        else { throw AttachmentFailure.gone }
        let descriptor = open(target, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { throw AttachmentFailure.gone }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { throw AttachmentFailure.gone }
        guard status.st_size <= limit else { throw AttachmentFailure.tooLarge(limit: limitMegabytes) }
        // It may grow while it is read.
        let data = try handle.read(upToCount: limit + 1) ?? Data()
        guard data.count <= limit else { throw AttachmentFailure.tooLarge(limit: limitMegabytes) }
        return data
    }

    /// A path without links and dots; nil where nothing is there.
    private static func canonical(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(validatingCString: resolved)
    }

    /// The type by the content; the agent's word counts where the content says no more than that it is text or bytes.
    private static func mimeType(of bytes: Data, declared: String?) -> String {
        let type = FileType(of: bytes, isWhole: true)
        guard type == .text || type == .unknown, let declared, isPlain(declared) else { return type.mimeType }
        return declared
    }

    /// Whether a declared type is well formed and none that clients would show as a picture, a sound or a page.
    private static func isPlain(_ type: String) -> Bool {
        let parts = type.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, type.utf8.count <= 100, type != "text/html", type.allSatisfy(\.isASCII) else {
            return false
        }
        return ["text", "application"].contains(parts[0])
            && !parts[1].isEmpty && parts[1].allSatisfy { $0.isLetter || $0.isNumber || "+-._".contains($0) }
    }
}

/// Reads `data:` URLs (RFC 2397).
enum DataURL {
    /// The bytes of a URL with base64 data; nil where it is another URL or holds too many.
    static func decode(_ url: String, maximumBytes: Int) -> Data? {
        guard url.utf8.count <= maximumBytes / 3 * 4 + 256, url.lowercased().hasPrefix("data:"),
            let comma = url.firstIndex(of: ","), url[..<comma].lowercased().hasSuffix(";base64"),
            let data = Data(base64Encoded: String(url[url.index(after: comma)...])), data.count <= maximumBytes
        else { return nil }
        return data
    }
}
