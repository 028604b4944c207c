package import MatrixAPI

/// Shows that the bot is typing for as long as it works on a reply.
package struct TypingNotice: Sendable {
    private static let timeout: Duration = .seconds(30)
    private static let renewal: Duration = .seconds(25)
    private static let patience: Duration = .seconds(2)

    private let homeserver: any Homeserver
    private let clock: BridgeClock

    /// Creates a typing notification.
    package init(homeserver: any Homeserver, clock: BridgeClock) {
        self.homeserver = homeserver
        self.clock = clock
    }

    /// Types until the task is cancelled; what fails is left at that, since nobody's message depends on it.
    package func run(in roomID: RoomID) async {
        while !Task.isCancelled {
            try? await homeserver.setTyping(in: roomID, for: Self.timeout)
            try? await clock.sleep(for: Self.renewal)
        }
    }

    /// Ends what `run` has shown, or leaves it to its timeout where the server is slow.
    package func end(in roomID: RoomID) async {
        _ = await clock.limited(to: Self.patience) { try? await homeserver.setTyping(in: roomID, for: nil) }
    }
}
