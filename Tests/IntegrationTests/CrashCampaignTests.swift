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
        try await withStage { stage in
            try await FaultProxy.withProxy(before: stage.server, script: FaultScript(seed: seed)) { proxy, address in
                var configuration = try stage.configuration()
                configuration["matrix", "homeserver"] = .string(address)
                try await stage.withAgent { _ in
                    try await stage.withRialto(configuration) { rialto in
                        var campaign = CrashCampaign(stage: stage, proxy: proxy, rialto: rialto, seed: seed)
                        do {
                            try await campaign.run(rounds: rounds)
                        } catch {
                            print("crash campaign, seed \(seed): \(campaign.greenRounds) rounds were green")
                            throw error
                        }
                        print(
                            "crash campaign, seed \(seed): \(campaign.greenRounds) of \(rounds) rounds are green after "
                                + "\(campaign.kills) kills and \(proxy.injected.count) faults")
                        #expect(campaign.findings == [])
                        #expect(campaign.greenRounds == rounds)
                        #expect(!proxy.injected.isEmpty)
                    }
                }
            }
        }
    }
}
