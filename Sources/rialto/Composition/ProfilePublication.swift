import Bridge
import Foundation
import Logging
import MatrixAPI
import MatrixClient
import SQLiteStore
import ServiceLifecycle

/// Gives the account the name and the picture of the configuration, once for each change of them.
///
/// What people set by other clients stays until the configuration changes. A failure is logged, and tried again at the
/// next start: nobody's message hangs on it.
struct ProfilePublication: Service {
    /// The largest picture that is uploaded, in bytes.
    private static let maximumAvatarBytes = 2 * 1024 * 1024
    private static let maximumAttempts = 5

    private let configuration: Configuration.Matrix
    private let session: MatrixSession
    private let store: ProfileStore
    private let logger: Logger

    /// Makes the service.
    init(configuration: Configuration.Matrix, session: MatrixSession, store: ProfileStore, logger: Logger) {
        self.configuration = configuration
        self.session = session
        self.store = store
        self.logger = logger
    }

    func run() async {
        try? await cancelWhenGracefulShutdown {
            if let name = configuration.displayName {
                try await publish(.displayName, fingerprint: name) {
                    _ = try await session.transport.execute(
                        SetDisplayName(userID: session.userID, displayname: name))
                }
            }
            if let file = configuration.avatarFile { try await publishAvatar(file) }
            // A service that ends would end the others with it.
            while true { try await Task.sleep(for: .seconds(Int32.max)) }
        }
    }

    private func publishAvatar(_ file: PathSetting) async throws {
        guard let bytes = Self.read(file.path), bytes.count <= Self.maximumAvatarBytes else {
            return logger.warning(
                "matrix.avatar_file cannot be read, or is larger than 2 MiB", metadata: ["file": "\(file.text)"])
        }
        let type = FileType(of: bytes, isWhole: true)
        guard type.isImage else {
            return logger.warning(
                "matrix.avatar_file is no PNG, JPEG, GIF or WebP", metadata: ["file": "\(file.text)"])
        }
        try await publish(.avatar, fingerprint: Self.fingerprint(bytes)) {
            let payload = RequestPayload(bytes: bytes, mimeType: type.mimeType)
            let uploaded = try await session.transport.execute(UploadMedia(), payload: payload)
            _ = try await session.transport.execute(
                SetAvatarURL(userID: session.userID, avatarURL: uploaded.contentURI))
        }
    }

    private func publish(
        _ part: ProfileStore.Part,
        fingerprint: String,
        _ change: () async throws -> Void
    ) async throws {
        var backoff = RetryBackoff()
        for attempt in 1...Self.maximumAttempts {
            do {
                guard try await store.fingerprint(of: part) != fingerprint else { return }
                try await change()
                try await store.save(fingerprint, of: part)
                return logger.info("the account's profile was changed", metadata: ["part": "\(part.rawValue)"])
            } catch {
                try Task.checkCancellation()
                let failure = error as? MatrixClientError
                guard failure?.isRetryable == true, attempt < Self.maximumAttempts else {
                    return logger.warning(
                        "the account's profile could not be changed",
                        metadata: ["part": "\(part.rawValue)", "error": "\(error)"]
                    )
                }
                try await Task.sleep(for: max(failure?.retryAfter ?? .zero, backoff.next()))
            }
        }
    }

    /// One byte more than is allowed is enough to know that a file is too large.
    private static func read(_ path: String) -> [UInt8]? {
        guard let handle = FileHandle(forReadingAtPath: path) else { return nil }
        defer { try? handle.close() }
        return (try? handle.read(upToCount: maximumAvatarBytes + 1)).map { Array($0) }
    }

    /// FNV-1a with the size: it tells a changed picture from the same one, and guards against nobody.
    private static func fingerprint(_ bytes: [UInt8]) -> String {
        let hash = bytes.reduce(UInt64(0xcbf2_9ce4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        return "\(bytes.count)-" + String(hash, radix: 16)
    }
}
