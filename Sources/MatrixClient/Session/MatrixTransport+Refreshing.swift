package import Bridge
import MatrixAPI

extension MatrixTransport {
    /// New tokens for those of a session (client-server API, "Refreshing access tokens").
    ///
    /// Throws `rejected` or `unknownToken` where the homeserver does not take the refresh token.
    package func refresh(
        _ tokens: SessionTokens,
        clock: BridgeClock = BridgeClock()
    ) async throws(MatrixClientError) -> SessionTokens {
        guard let refreshToken = tokens.refreshToken else {
            throw MatrixClientError(.rejected, "the session has no refresh token")
        }
        let asked = clock.milliseconds
        let answer = try await execute(RefreshAccessToken(refreshToken: refreshToken))
        return SessionTokens(
            AccessToken(answer.accessToken),
            refreshToken: answer.refreshToken ?? refreshToken,
            expiresAt: answer.expiresInMS.map { asked.end(after: $0) }
        )
    }
}

extension Int64 {
    /// The end of a span that begins at this instant, however long a server says that it is.
    func end(after milliseconds: Int64) -> Int64 {
        let (end, isTooFar) = addingReportingOverflow(milliseconds)
        return isTooFar ? .max : end
    }
}
