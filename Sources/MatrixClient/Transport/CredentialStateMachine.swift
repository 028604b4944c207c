/// Decides when the tokens of a session are renewed, and by whom: of all requests that need it, one does it.
///
/// An access token is renewed when the homeserver has refused it, and shortly before it ends where that is known. Only a
/// refused refresh token makes way for a login; what merely fails is tried again.
package struct CredentialStateMachine: Sendable {
    /// A token to make a request with.
    package struct Grant: Hashable, Sendable {
        /// The token.
        package let token: AccessToken
        /// How often somebody had logged in anew before this token.
        package let logins: Int
    }

    /// What whoever has asked does next.
    package enum Step: Hashable, Sendable {
        /// Makes the request.
        case use(Grant)
        /// Waits for the renewal that another request performs, and asks again.
        case wait
        /// Renews the access token of these tokens, and reports how that went.
        case refresh(SessionTokens)
        /// Logs in again in place of these tokens, and reports how that went.
        case logIn(SessionTokens)
        /// Gives up: there will be no other token.
        case giveUp
    }

    /// How long before its end a token is renewed at most; in milliseconds. Of a short life it is a fifth.
    package static let maximumLead: Int64 = 30_000
    /// How long nobody tries to renew a token early after that has failed; in milliseconds.
    package static let pause: Int64 = 5_000

    /// Whether somebody renews the tokens now.
    package private(set) var isRenewing = false

    private let isRenewable: Bool
    private var tokens: SessionTokens
    private var logins = 0
    private var isRefused = false
    private var lead: Int64
    private var nextEarlyRenewal = Int64.min

    /// Creates the state of a session.
    ///
    /// - Parameters:
    ///   - isRenewable: False where the tokens are all that there is.
    ///   - now: The time, in milliseconds since 1970, here and below.
    package init(_ tokens: SessionTokens, isRenewable: Bool, now: Int64) {
        self.tokens = tokens
        self.isRenewable = isRenewable
        lead = Self.lead(of: tokens, now: now)
    }

    /// The token that is in use.
    package var grant: Grant { Grant(token: tokens.accessToken, logins: logins) }

    /// A request is to be made.
    package mutating func request(now: Int64) -> Step {
        guard isRenewable, tokens.refreshToken != nil, let end = tokens.expiresAt, now >= end - lead else {
            return .use(grant)
        }
        if isRenewing { return now < end ? .use(grant) : .wait }
        guard now >= nextEarlyRenewal else { return .use(grant) }
        isRenewing = true
        return .refresh(tokens)
    }

    /// The homeserver does not know the token of a request.
    package mutating func refused(_ grant: Grant) -> Step {
        guard grant.token == tokens.accessToken else { return .use(self.grant) }
        guard isRenewable else { return .giveUp }
        isRefused = true
        if isRenewing { return .wait }
        isRenewing = true
        return tokens.refreshToken == nil ? .logIn(tokens) : .refresh(tokens)
    }

    /// The renewal has brought new tokens, and they are stored.
    package mutating func renewed(_ renewal: SessionRenewal, now: Int64) -> Step {
        tokens = renewal.tokens
        if case .loggedIn = renewal { logins += 1 }
        lead = Self.lead(of: tokens, now: now)
        isRenewing = false
        isRefused = false
        return .use(grant)
    }

    /// The homeserver does not take the refresh token, now and for ever.
    package mutating func refreshRefused() -> Step {
        tokens.refreshToken = nil
        guard isRefused else {
            // The access token may have some life left; its end is early enough for a login.
            isRenewing = false
            return .use(grant)
        }
        return .logIn(tokens)
    }

    /// The renewal has failed; the next request may try it again.
    package mutating func failed(now: Int64) {
        isRenewing = false
        isRefused = false
        nextEarlyRenewal = now + Self.pause
    }

    private static func lead(of tokens: SessionTokens, now: Int64) -> Int64 {
        guard let end = tokens.expiresAt, end > now else { return 0 }
        return min(maximumLead, (end - now) / 5)
    }
}
