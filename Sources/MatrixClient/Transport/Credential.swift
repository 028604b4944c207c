import Synchronization

/// The token that an account's requests carry, shared by all of them, and replaced in place once the homeserver does
/// not know it any more.
package final class Credential: Sendable {
    /// Gets a new token; its failure is that of the request that needed it.
    package typealias Renewal = @Sendable () async throws(MatrixClientError) -> AccessToken

    private struct State {
        var token: AccessToken
        var isRenewing = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Mutex<State>
    private let renewal: Renewal?

    /// Creates a credential; without a renewal its token is the only one.
    package init(_ token: AccessToken, renewal: Renewal? = nil) {
        state = Mutex(State(token: token))
        self.renewal = renewal
    }

    /// The token for the next request.
    package var token: AccessToken { state.withLock(\.token) }

    /// Replaces a token that was refused, unless that has happened already.
    ///
    /// Of all that ask at a time one gets the new token, and the others wait for it.
    ///
    /// - Returns: Whether there is another token now; false where none can be had.
    func renew(insteadOf refused: AccessToken) async throws(MatrixClientError) -> Bool {
        guard let renewal else { return token != refused }
        while true {
            switch turn(insteadOf: refused) {
            case .renewed: return true
            case .wait: await othersRenewal()
            case .renew:
                do throws(MatrixClientError) {
                    end(with: try await renewal())
                } catch {
                    end(with: nil)
                    throw error
                }
            }
        }
    }

    private enum Turn { case renewed, wait, renew }

    private func turn(insteadOf refused: AccessToken) -> Turn {
        state.withLock { state in
            if state.token != refused { return .renewed }
            if state.isRenewing { return .wait }
            state.isRenewing = true
            return .renew
        }
    }

    private func othersRenewal() async {
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                if state.isRenewing { state.waiting.append(continuation) }
                return !state.isRenewing
            }
            if isOver { continuation.resume() }
        }
    }

    private func end(with token: AccessToken?) {
        let waiting = state.withLock { state in
            if let token { state.token = token }
            state.isRenewing = false
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }
}
