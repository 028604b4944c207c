import TestSupport

/// Rounds of traffic, faults and SIGKILLs whose every decision comes from a seed.
struct CrashCampaign {
    /// How many rounds share their rooms.
    private static let roundsPerRooms = 8
    private static let faultRate = 0.2

    /// A message that wants an answer, and where.
    struct Question: Sendable {
        let text: String
        let answer: String
        let room: String
        let thread: String?
        let eventID: String
    }

    /// What has been shown to be wrong, in words; empty is what everybody hopes for.
    private(set) var findings: [String] = []
    /// The rounds without a finding.
    private(set) var greenRounds = 0
    /// How many times the program was killed.
    private(set) var kills = 0

    private let stage: Stage
    private let proxy: FaultProxy
    private let rialto: RialtoProcess
    private let agent: Agent?
    private var generator: SeededGenerator
    private var rooms: [String] = []
    private var threads: [String: String] = [:]
    private var asked: [Question] = []

    /// An agent that dies apart from the bridge, as does the connection to it.
    struct Agent {
        let process: RialtoProcess
        let relay: CuttableRelay
    }

    /// - Parameter agent: Nil where the agent is in the bridge's own process, and dies with it.
    init(stage: Stage, proxy: FaultProxy, rialto: RialtoProcess, agent: Agent?, seed: UInt64) {
        self.stage = stage
        self.proxy = proxy
        self.rialto = rialto
        self.agent = agent
        generator = SeededGenerator(seed: seed)
    }

    /// Runs so many rounds, and stops after one that has found something.
    mutating func run(rounds: Int) async throws {
        for round in 0..<rounds where findings.isEmpty {
            if round % Self.roundsPerRooms == 0 { try await moveIntoNewRooms() }
            try await runRound(round)
            if findings.isEmpty { greenRounds += 1 }
            if (round + 1).isMultiple(of: 10) {
                print("crash campaign: \(greenRounds) rounds are green, \(kills) kills")
            }
        }
    }

    private mutating func moveIntoNewRooms() async throws {
        rooms = []
        threads = [:]
        asked = []
        for _ in 0..<3 {
            let room = try await stage.directRoom(of: stage.alice)
            threads[room] = try await ask("root", in: room, thread: nil).eventID
            rooms.append(room)
        }
        try await waitForAnswers()
    }

    private mutating func runRound(_ round: Int) async throws {
        proxy.stir(Self.faultRate)
        for burst in 0..<Int.random(in: 1...2, using: &generator) {
            for number in 0..<Int.random(in: 2...5, using: &generator) {
                guard let room = rooms.randomElement(using: &generator) else { continue }
                let thread = Bool.random(using: &generator) ? threads[room] : nil
                try await ask("r\(round)b\(burst)n\(number)", in: room, thread: thread)
            }
            try await killOthers()
            try await Task.sleep(for: .milliseconds(Int.random(in: 0...900, using: &generator)))
            try await rialto.kill()
            kills += 1
            try await rialto.start()
        }
        // What is broken for ever is none of a client's faults: in the end the network works.
        try await Task.sleep(for: .milliseconds(Int.random(in: 0...500, using: &generator)))
        proxy.calm()
        // Behind all others in each room: when these are answered, nothing can be left to come.
        for room in rooms { try await ask("r\(round)last", in: room, thread: nil) }
        try await waitForAnswers()
        try await check(round)
    }

    /// Cuts the connection to the agent soon, or kills the agent, or does neither.
    private mutating func killOthers() async throws {
        guard let agent else { return }
        switch Int.random(in: 0...2, using: &generator) {
        case 0: agent.relay.cut(afterBytes: Int.random(in: 1...3_000, using: &generator))
        case 1:
            try await Task.sleep(for: .milliseconds(Int.random(in: 0...400, using: &generator)))
            try await agent.process.kill()
            kills += 1
            try await agent.process.start()
        default: break
        }
    }

    @discardableResult
    private mutating func ask(_ word: String, in room: String, thread: String?) async throws -> Question {
        let chunks = Int.random(in: 1...8, using: &generator)
        let text = "/echo chunks=\(chunks) pace=\([0, 20, 50].randomElement(using: &generator) ?? 0) \(word)"
        let answer = (1...chunks).map { "\(word) \($0)" }.joined(separator: " ")
        let eventID = try await stage.alice.sendText(text, in: room, thread: thread)
        let question = Question(text: text, answer: answer, room: room, thread: thread, eventID: eventID)
        asked.append(question)
        return question
    }

    private func waitForAnswers() async throws {
        for question in asked.reversed() {
            do {
                _ = try await stage.alice.reply(
                    to: question.eventID, in: question.room, from: stage.bot.userID, limit: .seconds(90))
            } catch let error as TimedOut {
                throw Unanswered(description: "\(question.text) is not answered: \(error); \(proxy.injected)")
            }
        }
    }

    /// Looks at the rooms as the homeserver has them, from their beginning.
    private mutating func check(_ round: Int) async throws {
        let bot = stage.bot.userID
        for room in rooms {
            let timeline = try await stage.alice.messages(in: room)
            let here = asked.filter { $0.room == room }
            for question in here {
                let reply = timeline.reply(to: question.eventID, from: bot)
                let name = "round \(round), \(question.text)"
                if reply.messages.count != 1 { findings.append("\(name): \(reply.messages.count) replies") }
                if reply.endings.count != 1 { findings.append("\(name): \(reply.endings.count) ends") }
                if !reply.isFinished || reply.text != question.answer {
                    findings.append("\(name): incomplete: \(reply.text)")
                }
                let original = reply.messages.first?.original
                let thread = original?.relationType == "m.thread" ? original?.relatedID : nil
                if thread != question.thread { findings.append("\(name): in thread \(thread ?? "none")") }
            }
            let order = timeline.messages(from: bot).compactMap(\.turn)
            if order != here.map(\.eventID) {
                findings.append("round \(round): the order in a room is \(order), not \(here.map(\.eventID))")
            }
            let others = timeline.messages(from: bot).count { $0.turn == nil }
            if others != 0 { findings.append("round \(round): \(others) messages that answer nothing") }
        }
    }

    private struct Unanswered: Error, CustomStringConvertible {
        let description: String
    }
}
