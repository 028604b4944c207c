import MatrixAPI
import PlatformSDK
import Synchronization

/// Knows the platform's users behind the senders of messages.
final class SenderRegistry: Sendable {
    private static let maximumKnownUsers = 10_000
    private static let profilePatience: Duration = .seconds(2)

    private let homeserver: any Homeserver
    private let platform: any PlatformClient
    private let clock: BridgeClock
    private let knownUsers = Mutex<Set<UserID>>([])

    /// Creates a registry that knows nobody yet.
    init(homeserver: any Homeserver, platform: any PlatformClient, clock: BridgeClock) {
        self.homeserver = homeserver
        self.platform = platform
        self.clock = clock
    }

    /// The platform's user for a sender, with their display name at the first contact.
    func user(_ sender: UserID) async throws -> User {
        let isKnown = knownUsers.withLock { $0.contains(sender) }
        let name =
            isKnown
            ? nil
            : await clock.limited(to: Self.profilePatience) { [homeserver] in
                try await homeserver.displayName(of: sender)
            }
        let user = try await platform.getOrCreateUser(
            externalID: sender.rawValue,
            platform: "matrix",
            displayName: name ?? nil
        )
        knownUsers.withLock { known in
            if known.count >= Self.maximumKnownUsers { known.removeAll() }
            known.insert(sender)
        }
        return user
    }
}
