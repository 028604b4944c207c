import PlatformSDK
import TestSupport

/// Answers that stream in several rooms while agent, bridge and the connection between them are killed at random moments.
///
/// What happens is decided by a seed; when exactly it meets the runs is left to chance.
final actor KillCampaign {
    /// What is killed.
    enum Victim: String, Sendable {
        case agent, bridge, connection
    }

    /// A message that wants an answer.
    struct Question: Sendable {
        let answer: String
        let room: String
        let eventID: String
    }

    private static let patience: Duration = .seconds(90)

    private let stage: Stage
    private let rooms: [String]
    private let relay: CuttableRelay
    private let log: AgentLog
    private var questions: [Question] = []
    private var kills: [Victim: Int] = [:]
    private var runsHit = 0

    init(stage: Stage, rooms: [String], relay: CuttableRelay, log: AgentLog) {
        self.stage = stage
        self.rooms = rooms
        self.relay = relay
        self.log = log
    }

    /// All questions so far.
    var asked: [Question] { questions }

    /// How often each was killed, in words.
    var summary: String {
        let counts = kills.sorted { $0.key.rawValue < $1.key.rawValue }.map { "\($0.key): \($0.value)" }
        return "\(counts.joined(separator: ", ")); \(runsHit) times a run was under way, of \(questions.count) answers"
    }

    /// Kills so many times, each time while at least one run is under way.
    ///
    /// The bridge has a killer of its own, so that both are also down together.
    func run(seed: UInt64, agent: RialtoProcess, bridge: RialtoProcess, moments: [Victim: Int]) async throws {
        for _ in 1...2 { try await ask() }
        try await withThrowingTaskGroup { group in
            group.addTask {
                var generator = SeededGenerator(seed: seed)
                for _ in 0..<(moments[.bridge] ?? 0) {
                    try await self.waitForMoment(.random(in: 0...400, using: &generator))
                    await self.count(.bridge, try await self.log.streamingRuns().count)
                    try await bridge.kill()
                    try await bridge.start()
                }
            }
            group.addTask {
                var generator = SeededGenerator(seed: seed &+ 1)
                var victims = [Victim](repeating: .agent, count: moments[.agent] ?? 0)
                victims += [Victim](repeating: .connection, count: moments[.connection] ?? 0)
                for victim in victims.shuffled(using: &generator) {
                    try await self.waitForMoment(.random(in: 0...600, using: &generator))
                    let hit = try await self.log.streamingRuns().count
                    if victim == .agent {
                        try await agent.kill()
                        try await agent.start()
                    } else {
                        try await self.cutConnection(afterBytes: .random(in: 1...1_500, using: &generator))
                    }
                    await self.count(victim, hit)
                }
            }
            try await group.waitForAll()
        }
    }

    private func count(_ victim: Victim, _ hit: Int) {
        kills[victim, default: 0] += 1
        runsHit += hit
    }

    /// Waits until a run is under way, and so many milliseconds more; asks where there is nothing left to answer.
    ///
    /// What has died often is let go on: the agent gives a run up after the eighth time, and the bridge a turn that five
    /// restarts in a row have not helped.
    private func waitForMoment(_ milliseconds: Int) async throws {
        let clock = ContinuousClock()
        var deadline = clock.now + .milliseconds(1_500)
        let limit = clock.now + Self.patience
        while true {
            if clock.now > limit { throw TimedOut("a run that is under way", limit: Self.patience) }
            let runs = try await log.streamingRuns()
            if !runs.isEmpty, runs.allSatisfy({ $0.attempt < 5 }), try await log.fruitlessBeginnings() < 4 { break }
            if runs.isEmpty, clock.now > deadline {
                try await ask()
                deadline = clock.now + .seconds(5)
            }
            try await Task.sleep(for: .milliseconds(10))
        }
        try await Task.sleep(for: .milliseconds(milliseconds))
    }

    /// Cuts the connection in the middle of what the agent says.
    private func cutConnection(afterBytes bytes: Int) async throws {
        let before = relay.cuts
        relay.cut(afterBytes: bytes)
        let clock = ContinuousClock()
        var deadline = clock.now + .seconds(2)
        let limit = clock.now + Self.patience
        while relay.cuts == before {
            if clock.now > limit { throw TimedOut("a connection that is cut", limit: Self.patience) }
            if clock.now > deadline {
                // Nothing may have been said, or the bridge is down.
                try await ask()
                deadline = clock.now + .seconds(5)
            }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    /// Asks once in each room.
    private func ask() async throws {
        for room in rooms {
            let word = "w\(questions.count)"
            let eventID = try await stage.alice.sendText("/echo chunks=30 pace=25 \(word)", in: room)
            let answer = (1...30).map { "\(word) \($0)" }.joined(separator: " ")
            questions.append(Question(answer: answer, room: room, eventID: eventID))
        }
    }
}
