import AgentRuntime
import Bridge
import Foundation
import PlatformSDK

/// Reads the files that people send, from the directories that the agent may read and from nowhere else.
///
/// A path may come from whoever speaks to the agent's socket, so it counts only where it leads, links resolved, below one
/// of the directories. What a file is says its content.
struct DirectoryAttachments: AttachmentReader {
    /// The largest text file that is read, in bytes; longer ones crowd out the conversation.
    static let maximumTextBytes = 256 << 10

    private let directories: [String]

    /// Creates a reader of files below the directories, which may be missing.
    init(directories: [String]) {
        self.directories = directories
    }

    func read(_ attachment: Attachment, maximumBytes: Int) async -> ModelAttachment? {
        await FileQueue.run { readBlocking(attachment, maximumBytes: maximumBytes) }
    }

    private func readBlocking(_ attachment: Attachment, maximumBytes: Int) -> ModelAttachment? {
        let bytes =
            attachment.path.hasPrefix("data:")
            ? Self.decode(attachment.path, maximumBytes: maximumBytes)
            : file(at: attachment.path, maximumBytes: maximumBytes)
        guard let bytes, !bytes.isEmpty else { return nil }
        let type = FileType(of: bytes, isWhole: true)
        switch type {
        case .png, .jpeg, .gif, .webp, .pdf: break
        case .text:
            // The first bytes may be text where the rest is not.
            guard bytes.count <= Self.maximumTextBytes, String(validating: bytes, as: UTF8.self) != nil else {
                return nil
            }
        case .mp3, .ogg, .wav, .mp4, .webm, .zip, .unknown: return nil
        }
        return ModelAttachment(mediaType: type.mimeType, name: attachment.filename, data: bytes)
    }

    private func file(at path: String, maximumBytes: Int) -> [UInt8]? {
        guard path.hasPrefix("/"), let target = Self.canonical(path),
            directories.contains(where: { Self.canonical($0).map { target.hasPrefix($0 + "/") } ?? false })
        else { return nil }
        // Not a pipe, which would block, and no link that has come in between.
        let descriptor = open(target, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size <= maximumBytes,
            // It may grow while it is read.
            let data = try? handle.read(upToCount: maximumBytes + 1), data.count <= maximumBytes
        else { return nil }
        return Array(data)
    }

    /// The bytes of a `data:` URL in base64 (RFC 2397).
    private static func decode(_ url: String, maximumBytes: Int) -> [UInt8]? {
        guard url.utf8.count <= maximumBytes / 3 * 4 + 256, let comma = url.firstIndex(of: ","),
            url[..<comma].lowercased().hasSuffix(";base64"),
            let data = Data(base64Encoded: String(url[url.index(after: comma)...])), data.count <= maximumBytes
        else { return nil }
        return Array(data)
    }

    /// A path without links and dots; nil where nothing is there.
    private static func canonical(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(validatingCString: resolved)
    }
}
