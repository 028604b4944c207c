/// Decides which requests a fault hits: what a test has laid down first, and by chance from a seed after that.
///
/// The fault of the n-th request of a target depends on the seed, the target and n alone, and so not on how the requests
/// of different targets come between each other.
package struct FaultScript: Sendable {
    private struct Count {
        var requests: UInt64 = 0
        var planned: [Fault?] = []
    }

    private let seed: UInt64
    private var rate: Double
    private var counts: [FaultTarget: Count] = [:]
    private var upgrades = 0

    /// Creates a script.
    ///
    /// - Parameter rate: The share of requests that a fault hits by chance, from 0 to 1.
    package init(seed: UInt64 = 0, rate: Double = 0) {
        self.seed = seed
        self.rate = rate
    }

    /// Lays down what the next requests of a target meet; nil is a request that nothing happens to.
    package mutating func plan(_ faults: [Fault?], for target: FaultTarget) {
        counts[target, default: Count()].planned += faults
    }

    /// Ends all faults, also those that are laid down.
    package mutating func end() {
        rate = 0
        for target in counts.keys { counts[target]?.planned = [] }
    }

    /// Changes the share of requests that are hit by chance.
    package mutating func setRate(_ rate: Double) {
        self.rate = rate
    }

    /// Lets chance replace so many rooms as well, from now on.
    package mutating func allowUpgrades(_ count: Int) {
        upgrades = count
    }

    /// The fault for the next request of a target.
    package mutating func next(for target: FaultTarget) -> Fault? {
        var count = counts[target, default: Count()]
        defer { counts[target] = count }
        count.requests += 1
        if !count.planned.isEmpty { return count.planned.removeFirst() }
        var generator = SeededGenerator(seed: seed &+ count.requests &* 31 &+ target.salt)
        guard Double.random(in: 0..<1, using: &generator) < rate else { return nil }
        let isUpgradable = target == .send && upgrades > 0
        let fault = (target.faults + (isUpgradable ? [.roomUpgrade] : [])).randomElement(using: &generator)
        if fault == .roomUpgrade { upgrades -= 1 }
        return fault
    }
}

extension FaultTarget {
    fileprivate var salt: UInt64 {
        switch self {
        case .sync: 0x5359_4E43_0000_0000
        case .send: 0x5345_4E44_0000_0000
        case .messages: 0x4D53_4753_0000_0000
        case .refresh: 0x5245_4652_0000_0000
        case .other: 0x4F54_4852_0000_0000
        }
    }

    /// What chance picks from.
    fileprivate var faults: [Fault] {
        let passing: [Fault] = [
            .limited(retryAfter: 1), .limited(retryAfter: nil), .badGateway, .lostRequest, .lostResponse,
            .delay(milliseconds: 300),
        ]
        switch self {
        case .sync:
            return passing + [
                .oldSync(stepsBack: 1), .oldSync(stepsBack: 2), .cutTimeline, .cutTimeline, .refusedPosition,
                .expiredToken(isSoft: true),
            ]
        case .send: return passing + [.lostResponse, .lostResponse, .expiredToken(isSoft: false)]
        case .messages: return passing
        case .refresh: return passing + [.lostResponse, .refusedRefresh]
        case .other: return passing
        }
    }
}
