import MatrixClient
import Testing

@Suite("Renewal of tokens: decisions")
struct CredentialStateMachineTests {
    private typealias Machine = CredentialStateMachine

    private static let old = SessionTokens(AccessToken("old"), refreshToken: "r1", expiresAt: 1_000_000)
    private static let new = SessionTokens(AccessToken("new"), refreshToken: "r2", expiresAt: 2_000_000)

    private func machine(_ tokens: SessionTokens = old, isRenewable: Bool = true, now: Int64 = 0) -> Machine {
        Machine(tokens, isRenewable: isRenewable, now: now)
    }

    @Test(
        "a token is renewed shortly before its end, by one request",
        arguments: [
            // When it was given, when the request is made, whether it is renewed: 30 seconds before, or a fifth.
            (0, 969_999, false), (0, 970_000, true), (0, 1_000_001, true), (990_000, 997_999, false),
            (990_000, 998_000, true), (1_000_500, 999_999, false), (1_000_500, 1_000_500, true),
        ] as [(Int64, Int64, Bool)]
    )
    func early(given: Int64, now: Int64, isRenewed: Bool) {
        var machine = machine(now: given)
        let grant = machine.grant
        let first = machine.request(now: now)
        #expect(first == (isRenewed ? .refresh(Self.old) : .use(grant)))
        guard isRenewed else { return }
        let second = machine.request(now: now)
        #expect(second == (now < 1_000_000 ? .use(grant) : .wait))
        let renewed = machine.renewed(.refreshed(Self.new), now: now)
        #expect(renewed == .use(machine.grant))
        #expect(machine.grant.token == Self.new.accessToken && machine.grant.logins == 0)
        #expect(!machine.isRenewing)
    }

    @Test("without an end, a refresh token or a way to renew it a token is used until it is refused")
    func neverEarly() {
        for tokens in [
            SessionTokens(AccessToken("t"), refreshToken: "r"), SessionTokens(AccessToken("t"), expiresAt: 5),
        ] {
            var machine = machine(tokens)
            let step = machine.request(now: .max)
            #expect(step == .use(machine.grant))
        }
        var fixed = machine(isRenewable: false)
        let (asked, refused) = (fixed.request(now: .max), fixed.refused(fixed.grant))
        #expect(asked == .use(fixed.grant))
        #expect(refused == .giveUp)
    }

    @Test("a token that was refused is renewed by one, and the others wait for it")
    func singleFlight() {
        var machine = machine()
        let grant = machine.grant
        let steps = [machine.refused(grant), machine.refused(grant), machine.refused(grant)]
        #expect(steps == [.refresh(Self.old), .wait, .wait])
        #expect(machine.isRenewing)
        _ = machine.renewed(.refreshed(Self.new), now: 0)
        // Who comes late, with the old token, gets the new one.
        let late = machine.refused(grant)
        #expect(late == .use(machine.grant))
        #expect(machine.grant.token == Self.new.accessToken)
    }

    @Test("a refused refresh token makes way for a login, and is not tried again")
    func refreshRefused() {
        var machine = machine()
        let grant = machine.grant
        let steps = [machine.refused(grant), machine.refreshRefused()]
        let spent = SessionTokens(Self.old.accessToken, expiresAt: Self.old.expiresAt)
        #expect(steps == [.refresh(Self.old), .logIn(spent)])
        #expect(machine.isRenewing)
        machine.failed(now: 0)
        let again = machine.refused(grant)
        #expect(again == .logIn(spent))
        _ = machine.renewed(.loggedIn(Self.new), now: 0)
        #expect(machine.grant.logins == 1)
        let next = machine.refused(machine.grant)
        #expect(next == .refresh(Self.new))
    }

    @Test("a refresh token that is refused before the end leaves the access token its life")
    func refreshRefusedEarly() {
        var machine = machine()
        let grant = machine.grant
        let steps = [machine.request(now: 980_000), machine.refreshRefused(), machine.request(now: 999_999)]
        #expect(steps == [.refresh(Self.old), .use(grant), .use(grant)])
        #expect(!machine.isRenewing)
        let refused = machine.refused(grant)
        #expect(refused == .logIn(SessionTokens(Self.old.accessToken, expiresAt: Self.old.expiresAt)))
    }

    @Test("a refusal that comes in the middle of an early renewal counts where that fails")
    func refusedMeanwhile() {
        var machine = machine()
        let grant = machine.grant
        let steps = [machine.request(now: 980_000), machine.refused(grant), machine.refreshRefused()]
        #expect(
            steps == [
                .refresh(Self.old), .wait,
                .logIn(SessionTokens(Self.old.accessToken, expiresAt: Self.old.expiresAt)),
            ])
    }

    @Test("what fails for now is tried again: at once where the token is refused, after a pause where it may be good")
    func failure() {
        var machine = machine()
        let grant = machine.grant
        _ = machine.request(now: 980_000)
        machine.failed(now: 981_000)
        let pause = Machine.pause
        let early = [machine.request(now: 981_000), machine.request(now: 980_999 + pause)]
        #expect(early == [.use(grant), .use(grant)])
        let later = machine.request(now: 981_000 + pause)
        #expect(later == .refresh(Self.old))
        machine.failed(now: 999_999)
        let refused = machine.refused(grant)
        #expect(refused == .refresh(Self.old))
    }

    @Test("a session without a refresh token logs in again")
    func noRefreshToken() {
        let tokens = SessionTokens(AccessToken("old"))
        var machine = machine(tokens)
        let step = machine.refused(machine.grant)
        #expect(step == .logIn(tokens))
    }

    @Test("no token shows in a description or a dump")
    func secrecy() {
        var machine = machine(SessionTokens(AccessToken("syt_secret"), refreshToken: "syr_secret"))
        let step = machine.refused(machine.grant)
        var dumped = "\(machine) \(step) \(String(reflecting: machine)) \(SessionRenewal.refreshed(Self.new))"
        dump(machine, to: &dumped)
        dump(step, to: &dumped)
        #expect(!dumped.contains("secret"))
    }
}
