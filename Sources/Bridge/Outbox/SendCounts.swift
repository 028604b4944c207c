/// How the account's budget was used since the program started.
package struct SendCounts: Hashable, Sendable {
    /// The drafts and edits that were sent before the ends of their replies.
    package var edits = 0
    /// The drafts and edits that were never sent, because a newer text took their place while they waited.
    package var saved = 0
    /// The events that the server refused for its limit; each was repeated, or replaced by a newer one.
    package var throttled = 0

    /// Creates counts; all are zero unless given.
    package init(edits: Int = 0, saved: Int = 0, throttled: Int = 0) {
        self.edits = edits
        self.saved = saved
        self.throttled = throttled
    }
}
