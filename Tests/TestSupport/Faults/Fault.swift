/// Something that goes wrong between the program and its homeserver.
package enum Fault: Hashable, Sendable {
    /// 429; where `retryAfter` is nil the server does not say for how many seconds.
    case limited(retryAfter: Int?)
    /// 502 with a proxy's page, before the request has reached the server.
    case badGateway
    /// The connection breaks before the request has reached the server.
    case lostRequest
    /// The connection breaks after the server has done what it was asked: nobody hears of it.
    case lostResponse
    /// The answer comes late, by so many milliseconds.
    case delay(milliseconds: Int)
    /// A sync is answered with a response that has been given before, so many steps ago (1 is the last one).
    case oldSync(stepsBack: Int)
    /// A sync brings the last event of each timeline only: `limited`, with the `prev_batch` that the server gives for it.
    case cutTimeline
    /// The `since` of a sync is refused with `M_UNKNOWN_POS`.
    case refusedPosition
    /// The token of the request is not good any more, now and for ever (client-server API, "Soft logout").
    case expiredToken(isSoft: Bool)
    /// The refresh token of the request is not good any more.
    case refusedRefresh
    /// Another room takes the place of the request's before the request reaches the server, which refuses it then; only
    /// where the proxy has somebody who may do that.
    case roomUpgrade
}

/// What a request is about, as far as faults are concerned.
package enum FaultTarget: Hashable, Sendable, CaseIterable {
    /// `/sync`.
    case sync
    /// The sending of an event.
    case send
    /// `/messages`.
    case messages
    /// The renewal of an access token.
    case refresh
    /// Everything else: logins, filters, receipts, typing, joins.
    case other

    /// What a request with this path is about.
    package init(path: String) {
        if path.hasSuffix("/v3/sync") {
            self = .sync
        } else if path.contains("/rooms/"), path.contains("/send/") {
            self = .send
        } else if path.contains("/rooms/"), path.hasSuffix("/messages") {
            self = .messages
        } else if path.hasSuffix("/v3/refresh") {
            self = .refresh
        } else {
            self = .other
        }
    }
}

/// A fault that came about.
package struct InjectedFault: Hashable, Sendable {
    /// What went wrong.
    package let fault: Fault
    /// What the request was about.
    package let target: FaultTarget
    /// The path of the request.
    package let path: String
}
