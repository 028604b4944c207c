package import MatrixAPI

/// Takes what the sync loop brings, in order.
package protocol SyncConsumer: Sendable {
    /// The token to go on from; nil before the first sync.
    func syncToken() async throws -> String?
    /// Stores a response durably, its `next_batch` with its events, before it returns.
    ///
    /// - Parameter since: The token that the response answers; nil for the first sync.
    func consume(_ response: SyncResponse, since: String?) async throws
}
