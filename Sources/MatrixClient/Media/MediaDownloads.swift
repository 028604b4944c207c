package import Bridge
import Foundation
import HTTP
package import MatrixAPI
package import PlatformSDK

/// Puts the files that people send into a directory, each in a folder of its own.
package struct MediaDownloads: AttachmentSource {
    private static let maximumAttempts = 4

    private let transport: MatrixTransport
    private let directory: String
    private let limitMegabytes: Int
    private let clock: BridgeClock

    /// Creates a source.
    ///
    /// - Parameter directory: Where the folders are made; absolute.
    package init(
        session: MatrixSession,
        directory: String,
        limitMegabytes: Int,
        clock: BridgeClock = BridgeClock()
    ) {
        transport = session.transport
        self.directory = directory
        self.limitMegabytes = limitMegabytes
        self.clock = clock
    }

    package func fetch(_ file: MessageFile, as id: String) async throws(AttachmentFailure) -> Attachment {
        guard !file.isEncrypted else { throw .encrypted }
        guard let media = file.media else { throw .gone }
        if let size = file.size, size > limit { throw .tooLarge(limit: limitMegabytes) }
        var backoff = RetryBackoff()
        var endpoint = DownloadMedia(server: media.server, mediaID: media.id)
        for _ in 1...Self.maximumAttempts {
            do {
                return try await fetch(endpoint, file: file, id: id)
            } catch let failure as AttachmentFailure {
                throw failure
            } catch let error as MatrixClientError where error.code == .limited || error.code == .unreachable {
                guard (try? await clock.sleep(for: max(error.retryAfter ?? .zero, backoff.next()))) != nil else {
                    throw .cancelled
                }
            } catch let error as MatrixClientError where error.errcode == .unrecognized && !endpoint.isLegacy {
                endpoint.isLegacy = true
            } catch let error as MatrixClientError {
                throw error.code == .cancelled ? .cancelled : error.code == .rejected ? .gone : .unavailable
            } catch {
                guard !Task.isCancelled else { throw .cancelled }
                guard error is HTTPError else { throw .unavailable }
                guard (try? await clock.sleep(for: backoff.next())) != nil else { throw .cancelled }
            }
        }
        throw .unavailable
    }

    private var limit: Int64 { Int64(limitMegabytes) * 1_000_000 }

    private func fetch(_ endpoint: DownloadMedia, file: MessageFile, id: String) async throws -> Attachment {
        let folder = directory + "/" + SafeFileName.make(from: id)
        let path = folder + "/" + SafeFileName.make(from: file.filename)
        let handle = try await DiskQueue.run(throwing: { try Self.open(path, in: folder) })
        var size: Int64 = 0
        var start: [UInt8] = []
        do {
            try await transport.download(endpoint) { chunk in
                size += Int64(chunk.count)
                guard size <= limit else { return false }
                if start.count < FileType.prefixLength { start += chunk.prefix(FileType.prefixLength - start.count) }
                try await DiskQueue.run(throwing: { try handle.write(contentsOf: chunk) })
                return true
            }
            guard size <= limit else { throw AttachmentFailure.tooLarge(limit: limitMegabytes) }
            try await DiskQueue.run(throwing: { try handle.close() })
        } catch {
            try? await DiskQueue.run(throwing: { try FileManager.default.removeItem(atPath: folder) })
            throw error
        }
        let type = FileType(of: start, isWhole: Int64(start.count) == size)
        return Attachment(
            path: path, mimeType: type.mimeType, size: size,
            filename: ServerWords.tidy(file.filename, limit: 200))
    }

    /// Makes a new file that only this account of the machine may read.
    private static func open(_ path: String, in folder: String) throws -> FileHandle {
        try? FileManager.default.removeItem(atPath: folder)
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let descriptor = Foundation.open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw CocoaError(.fileWriteUnknown) }
        return FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    }
}

/// Makes names that stay in their folder, whatever they were made from.
package enum SafeFileName {
    private static let maximumLength = 100

    /// The end of a foreign name, where file types are told, with `_` in place of all but plain characters.
    package static func make(from name: String) -> String {
        let plain = name.unicodeScalars.map { scalar -> Character in
            let isPlain = scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
            return isPlain || scalar == "." || scalar == "-" || scalar == "_" ? Character(scalar) : "_"
        }
        let safe = String(plain.suffix(maximumLength).drop { $0 == "." || $0 == "-" })
        return safe.isEmpty ? "file" : safe
    }
}
