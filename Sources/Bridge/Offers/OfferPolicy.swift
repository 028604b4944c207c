package import MatrixAPI

/// Decides what has to change in a room's state for it to offer the commands that it should.
package enum OfferPolicy {
    /// A piece of state that has to be set.
    package struct Change: Hashable, Sendable {
        /// The key of the state.
        package var stateKey: String
        /// Its new content; empty where a command is no longer offered.
        package var content: JSONValue
        /// What tells this content from others; nil where a command is no longer offered.
        package var fingerprint: String?

        /// Creates a change.
        package init(stateKey: String, content: JSONValue, fingerprint: String?) {
            self.stateKey = stateKey
            self.content = content
            self.fingerprint = fingerprint
        }
    }

    /// The changes, in the order of the commands; what is withdrawn goes first.
    ///
    /// - Parameters:
    ///   - wanted: What the room should offer.
    ///   - sender: The bot.
    ///   - offered: The fingerprints of what it offers already, by their state keys.
    package static func changes(
        to wanted: [CommandDescription],
        of sender: UserID,
        offered: [String: String]
    ) -> [Change] {
        let all = wanted.map { description in
            let content = description.content
            return Change(
                stateKey: description.stateKey(of: sender),
                content: content,
                fingerprint: SHA256Digest(of: content.canonicalJSON()).base64
            )
        }
        let kept = Set(all.map(\.stateKey))
        let withdrawn = offered.keys.filter { !kept.contains($0) }.sorted()
            .map { Change(stateKey: $0, content: [:], fingerprint: nil) }
        return withdrawn + all.filter { offered[$0.stateKey] != $0.fingerprint }
    }
}
