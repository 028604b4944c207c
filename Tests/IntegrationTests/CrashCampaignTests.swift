import Foundation
import TestSupport
import Testing

@Suite("Crash campaign", .timeLimit(.minutes(60)))
struct CrashCampaignTests {
    @Test(
        "Killed at random moments behind a faulty network, it answers each question once, whole, in place and in order")
    func campaign() async throws {
        let environment = ProcessInfo.processInfo.environment
        let rounds = environment["RIALTO_CRASH_ROUNDS"].flatMap { Int($0) } ?? 3
        let seed = environment["RIALTO_CRASH_SEED"].flatMap { UInt64($0) } ?? 1
        let backend = try #require(Stage.Backend(rawValue: environment["RIALTO_CRASH_BACKEND"] ?? "socket"))
        try await withStage { stage in
            try await FaultProxy.withProxy(before: stage.server, script: FaultScript(seed: seed)) { proxy, address in
                var configuration = try stage.configuration(backend)
                configuration["matrix", "homeserver"] = .string(address)
                guard backend == .socket else {
                    return try await run(rounds, seed, configuration, stage: stage, proxy: proxy, agent: nil)
                }
                try await CuttableRelay.withRelay(to: stage.agentPort) { [configuration] relay in
                    try await stage.withAgent { agent in
                        var configuration = configuration
                        configuration["agent", "url"] = "ws://127.0.0.1:\(relay.port)/agent_ws/"
                        let agent = CrashCampaign.Agent(process: agent, relay: relay)
                        try await run(rounds, seed, configuration, stage: stage, proxy: proxy, agent: agent)
                    }
                }
            }
        }
    }

    private func run(
        _ rounds: Int, _ seed: UInt64, _ configuration: RialtoConfiguration, stage: Stage, proxy: FaultProxy,
        agent: CrashCampaign.Agent?
    ) async throws {
        try await stage.withRialto(configuration) { rialto in
            var campaign = CrashCampaign(stage: stage, proxy: proxy, rialto: rialto, agent: agent, seed: seed)
            let name = "crash campaign, \(agent == nil ? "one process" : "bridge and agent"), seed \(seed)"
            do {
                try await campaign.run(rounds: rounds)
            } catch {
                print("\(name): \(campaign.greenRounds) rounds were green")
                throw error
            }
            print(
                "\(name): \(campaign.greenRounds) of \(rounds) rounds are green after \(campaign.kills) kills and "
                    + "\(proxy.injected.count) faults")
            #expect(campaign.findings == [])
            #expect(campaign.greenRounds == rounds)
            #expect(!proxy.injected.isEmpty)
        }
    }
}
