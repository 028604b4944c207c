package import Bridge
import Synchronization

/// The tokens that an account's requests are made with, shared by all of them, and renewed in place.
///
/// Of all requests that need a renewal one performs it, and the others wait for it.
package final class Credential: Sendable {
    /// How new tokens are to be had.
    package enum Way: Hashable, Sendable {
        /// By the refresh token.
        case refresh
        /// By a login.
        case login
    }

    /// Gets new tokens in place of those given, and stores them before it returns; its failure is that of the request
    /// that needed them.
    ///
    /// A renewal by the refresh token that is `rejected`, or fails with `unknownToken`, makes way for a login; every other
    /// failure leaves all as it was.
    package typealias Renewal =
        @Sendable (Way, SessionTokens) async throws(MatrixClientError) -> SessionRenewal

    typealias Grant = CredentialStateMachine.Grant

    private struct State {
        var machine: CredentialStateMachine
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Mutex<State>
    private let renewal: Renewal?
    private let clock: BridgeClock

    /// Creates a credential; without a renewal its tokens are the only ones.
    package init(_ tokens: SessionTokens, clock: BridgeClock = BridgeClock(), renewal: Renewal? = nil) {
        state = Mutex(
            State(machine: CredentialStateMachine(tokens, isRenewable: renewal != nil, now: clock.milliseconds)))
        self.renewal = renewal
        self.clock = clock
    }

    /// The token of the last renewal.
    package var token: AccessToken { state.withLock(\.machine.grant.token) }

    /// How often somebody has logged in anew since the session began.
    package var logins: Int { state.withLock(\.machine.grant.logins) }

    /// The token for the next request, renewed where it is about to end.
    ///
    /// A renewal that fails before the homeserver asks for it fails nothing: the token may still be good.
    func grant() async -> Grant {
        let request = { [self] in step { [clock] in $0.request(now: clock.milliseconds) } }
        do throws(MatrixClientError) {
            if let grant = try await perform(request(), again: request) { return grant }
        } catch {}
        return state.withLock(\.machine.grant)
    }

    /// Another token than the one that was refused; nil where none can be had.
    func grant(insteadOf refused: Grant) async throws(MatrixClientError) -> Grant? {
        let request = { [self] in step { $0.refused(refused) } }
        return try await perform(request(), again: request)
    }

    private func perform(
        _ first: CredentialStateMachine.Step,
        again: () -> CredentialStateMachine.Step
    ) async throws(MatrixClientError) -> Grant? {
        var next = first
        while true {
            switch next {
            case .use(let grant): return grant
            case .giveUp: return nil
            case .wait:
                await othersRenewal()
                next = again()
            case .refresh(let tokens): next = try await renew(by: .refresh, tokens)
            case .logIn(let tokens): next = try await renew(by: .login, tokens)
            }
        }
    }

    private func renew(
        by way: Way,
        _ tokens: SessionTokens
    ) async throws(MatrixClientError) -> CredentialStateMachine.Step {
        guard let renewal else { return .giveUp }
        do throws(MatrixClientError) {
            let renewed = try await renewal(way, tokens)
            return step { [clock] in $0.renewed(renewed, now: clock.milliseconds) }
        } catch {
            if way == .refresh, error.code == .rejected || error.code == .unknownToken {
                return step { $0.refreshRefused() }
            }
            step { [clock] in $0.failed(now: clock.milliseconds) }
            guard error.code == .limited else { throw error }
            // How often one may log in tells nothing of how much the account may send: the request itself was not limited.
            throw MatrixClientError(
                .unreachable,
                "the session cannot be renewed yet: \(error.message)",
                retryAfter: error.retryAfter,
                cause: error
            )
        }
    }

    /// Tells the state machine something, and lets those go on who have waited for the end of a renewal.
    private func step<Result>(_ body: (inout CredentialStateMachine) -> Result) -> Result {
        let (result, waiting) = state.withLock { state in
            let result = body(&state.machine)
            let waiting = state.machine.isRenewing ? [] : state.waiting
            if !state.machine.isRenewing { state.waiting = [] }
            return (result, waiting)
        }
        for continuation in waiting { continuation.resume() }
        return result
    }

    private func othersRenewal() async {
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                if state.machine.isRenewing { state.waiting.append(continuation) }
                return !state.machine.isRenewing
            }
            if isOver { continuation.resume() }
        }
    }
}
