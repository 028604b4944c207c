import Foundation
import HTTP
import MatrixAPI
import Synchronization

/// Stands between the program and a homeserver, and lets go wrong what a script says.
///
/// Everything that it breaks, a real network, proxy or homeserver breaks as well: it makes up no events and loses none.
package final class FaultProxy: Sendable {
    private struct State {
        var script: FaultScript
        var injected: [InjectedFault] = []
        var syncs: [UpstreamConnections.Answer] = []
        var expired: [String: Bool] = [:]
        var tokensSeen: Set<String> = []
        var upgrader: String?
        var upgrades: [String: String] = [:]
    }

    /// How many sync responses are kept to be given again.
    private static let maximumSyncs = 8
    /// A filter that cuts each timeline down to its last event.
    private static let cuttingFilter = #"{"room":{"timeline":{"limit":1,"lazy_load_members":true}}}"#

    private let upstream: UpstreamConnections
    private let state: Mutex<State>

    private init(port: Int, script: FaultScript) {
        upstream = UpstreamConnections(port: port)
        state = Mutex(State(script: script))
    }

    /// Runs a closure with a proxy before a homeserver; it gets the proxy and the URL to find it at.
    package static func withProxy<Result>(
        before server: SynapseServer,
        script: FaultScript = FaultScript(),
        _ body: (FaultProxy, String) async throws -> Result
    ) async throws -> Result {
        let port = server.baseURL.split(separator: ":").last.flatMap { Int($0) } ?? 0
        let proxy = FaultProxy(port: port, script: script)
        return try await ScriptedHTTPServer.withServer({ proxy.response(to: $0) }) { server in
            defer { proxy.upstream.stop() }
            return try await body(proxy, server.baseURL)
        }
    }

    /// Everything that went wrong so far.
    package var injected: [InjectedFault] { state.withLock(\.injected) }
    /// How many different access tokens have come by.
    package var tokenCount: Int { state.withLock { $0.tokensSeen.count } }

    /// How many times a fault came about at a target.
    package func count(_ fault: Fault, at target: FaultTarget) -> Int {
        injected.count { $0.fault == fault && $0.target == target }
    }

    /// Lays down what the next requests of a target meet; nil is a request that nothing happens to.
    package func plan(_ faults: Fault?..., for target: FaultTarget) {
        state.withLock { $0.script.plan(faults, for: target) }
    }

    /// Ends all further faults; a token that has expired stays so.
    package func calm() {
        state.withLock { $0.script.end() }
    }

    /// Lets so many requests, from 0 to 1, meet a fault by chance from now on.
    package func stir(_ rate: Double) {
        state.withLock { $0.script.setRate(rate) }
    }

    /// Lets rooms be replaced in the name of somebody who may do that; by chance as well, so many times.
    package func allowUpgrades(by accessToken: String, byChance count: Int = 0) {
        state.withLock { state in
            state.upgrader = accessToken
            state.script.allowUpgrades(count)
        }
    }

    /// The rooms that were replaced, each with the room that has taken its place.
    package var upgrades: [String: String] { state.withLock(\.upgrades) }

    /// Decides and performs; called on the thread of the request's connection.
    private func response(to request: RecordedRequest) -> ScriptedResponse {
        let target = FaultTarget(path: request.path)
        let token = request.headers.first(name: "Authorization")
        let (fault, isSoft) = state.withLock { state -> (Fault?, Bool?) in
            if let token {
                state.tokensSeen.insert(token)
                if let isSoft = state.expired[token] { return (nil, isSoft) }
            }
            return (state.script.next(for: target), nil)
        }
        if let isSoft { return Self.unknownToken(isSoft: isSoft) }
        guard let fault else { return pass(request, target) }
        return perform(fault, on: request, target, token: token)
    }

    private func perform(
        _ fault: Fault,
        on request: RecordedRequest,
        _ target: FaultTarget,
        token: String?
    ) -> ScriptedResponse {
        switch fault {
        case .limited(let seconds):
            record(fault, request, target)
            let header: HTTPHeaders = seconds.map { ["Retry-After": "\($0)"] } ?? [:]
            return .json(#"{"errcode":"M_LIMIT_EXCEEDED","error":"too fast"}"#, status: 429, headers: header)
        case .badGateway:
            record(fault, request, target)
            return .html("<html>bad gateway</html>", status: 502)
        case .lostRequest:
            record(fault, request, target)
            return Self.broken
        case .lostResponse:
            _ = pass(request, target)
            record(fault, request, target)
            return Self.broken
        case .delay(let milliseconds):
            record(fault, request, target)
            let response = pass(request, target)
            Thread.sleep(forTimeInterval: Double(milliseconds) / 1_000)
            return response
        case .oldSync(let steps):
            let old = state.withLock { $0.syncs.dropLast(steps - 1).last }
            guard target == .sync, let old, request.query("since") != nil else { return pass(request, target) }
            record(fault, request, target)
            return Self.response(old)
        case .cutTimeline:
            guard let cut = Self.cut(request) else { return pass(request, target) }
            let answer = upstream.answer(to: request, target: cut)
            if let answer, String(decoding: answer.body, as: UTF8.self).contains(#""limited":true"#) {
                record(fault, request, target)
            }
            return finish(answer, target)
        case .refusedPosition:
            guard request.query("since") != nil else { return pass(request, target) }
            record(fault, request, target)
            return .json(#"{"errcode":"M_UNKNOWN_POS","error":"unknown position"}"#, status: 400)
        case .expiredToken(let isSoft):
            guard let token else { return pass(request, target) }
            record(fault, request, target)
            state.withLock { $0.expired[token] = isSoft }
            return Self.unknownToken(isSoft: isSoft)
        case .refusedRefresh:
            record(fault, request, target)
            return Self.unknownToken(isSoft: false)
        case .roomUpgrade:
            if upgradeRoom(of: request) { record(fault, request, target) }
            return pass(request, target)
        }
    }

    /// Replaces the room that a request is about, once.
    private func upgradeRoom(of request: RecordedRequest) -> Bool {
        let parts = request.path.split(separator: "/")
        guard let index = parts.firstIndex(of: "rooms"), parts.count > index + 1,
            let room = parts[index + 1].removingPercentEncoding,
            let token = state.withLock({ $0.upgrades[room] == nil ? $0.upgrader : nil })
        else { return false }
        let upgrade = RecordedRequest(
            method: "POST",
            target: "/_matrix/client/v3/rooms/\(parts[index + 1])/upgrade",
            headers: ["Authorization": "Bearer \(token)", "Content-Type": "application/json"],
            body: Array(#"{"new_version":"11"}"#.utf8),
            connection: request.connection
        )
        guard let answer = upstream.answer(to: upgrade), answer.status == 200,
            let successor = (try? JSONValue(parsing: answer.body))?["replacement_room"]?.stringValue
        else { return false }
        state.withLock { $0.upgrades[room] = successor }
        return true
    }

    private func pass(_ request: RecordedRequest, _ target: FaultTarget) -> ScriptedResponse {
        finish(upstream.answer(to: request), target)
    }

    private func finish(_ answer: UpstreamConnections.Answer?, _ target: FaultTarget) -> ScriptedResponse {
        guard let answer else { return Self.broken }
        if target == .sync, answer.status == 200 {
            state.withLock { state in
                state.syncs.append(answer)
                if state.syncs.count > Self.maximumSyncs { state.syncs.removeFirst() }
            }
        }
        return Self.response(answer)
    }

    private func record(_ fault: Fault, _ request: RecordedRequest, _ target: FaultTarget) {
        state.withLock { $0.injected.append(InjectedFault(fault: fault, target: target, path: request.path)) }
    }

    /// The connection breaks in the middle of an answer: a client repeats by itself what it lost before one.
    private static var broken: ScriptedResponse {
        ScriptedResponse(steps: [.write(ScriptedResponse.head(200, ["Content-Length": "9"])), .close])
    }

    private static func response(_ answer: UpstreamConnections.Answer) -> ScriptedResponse {
        var headers: HTTPHeaders = ["Content-Type": answer.contentType]
        if let retryAfter = answer.retryAfter { headers.set(name: "Retry-After", value: retryAfter) }
        return .respond(answer.status, headers: headers, body: answer.body)
    }

    private static func unknownToken(isSoft: Bool) -> ScriptedResponse {
        .json(#"{"errcode":"M_UNKNOWN_TOKEN","error":"token expired","soft_logout":\#(isSoft)}"#, status: 401)
    }

    /// The target of a sync with a filter that cuts its timelines; nil for a first sync, whose timelines are cut anyway.
    private static func cut(_ request: RecordedRequest) -> String? {
        guard request.query("since") != nil, var components = URLComponents(string: request.target) else { return nil }
        var items = (components.queryItems ?? []).filter { $0.name != "filter" }
        items.append(URLQueryItem(name: "filter", value: cuttingFilter))
        components.queryItems = items
        return components.string
    }
}
