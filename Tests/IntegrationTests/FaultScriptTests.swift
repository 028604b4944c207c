import TestSupport
import Testing

@Suite("The script of faults")
struct FaultScriptTests {
    private func faults(_ script: inout FaultScript, for target: FaultTarget, count: Int) -> [Fault?] {
        (0..<count).map { _ in script.next(for: target) }
    }

    @Test("The same seed gives each target the same faults, however the targets come between each other")
    func seeds() {
        var (one, other, third) = (
            FaultScript(seed: 3, rate: 0.5), FaultScript(seed: 3, rate: 0.5), FaultScript(seed: 4, rate: 0.5)
        )
        let sends = faults(&one, for: .send, count: 100)
        _ = faults(&other, for: .sync, count: 17)
        #expect(faults(&other, for: .send, count: 100) == sends)
        #expect(faults(&third, for: .send, count: 100) != sends)
        #expect((30...70).contains(sends.count { $0 != nil }))
    }

    @Test("What is laid down comes first, and nothing comes after the end")
    func plans() {
        var script = FaultScript(seed: 1, rate: 1)
        script.plan([.badGateway, nil], for: .send)
        #expect(script.next(for: .send) == .badGateway)
        #expect(script.next(for: .send) == nil)
        #expect(script.next(for: .send) != nil)
        script.end()
        #expect(faults(&script, for: .send, count: 20).allSatisfy { $0 == nil })
    }
}
