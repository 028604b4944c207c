package import PlatformSDK
import Testing

/// What every `UsageMeter` does, as cases over an empty one.
package enum UsageMeterConformance {
    /// A behaviour of a meter.
    package typealias Case = StoreCase<any UsageMeter>

    private static func record(
        _ runID: String, attempt: Int = 1, _ tokens: Int, cost: Int64? = nil, userID: String = "alice",
        threadID: String = "thr", day: Int = 20_000
    ) -> UsageRecord {
        UsageRecord(
            runID: runID, attempt: attempt, userID: userID, threadID: threadID, providerID: "scripted",
            modelID: "scripted-model", day: day,
            usage: Usage(promptTokens: tokens - 1, completionTokens: 1, cachedTokens: tokens / 2), microdollars: cost)
    }

    /// All cases.
    package static let cases: [Case] = [
        Case("has counted nothing") { meter async throws in
            #expect(try await meter.records(of: "r") == [])
            #expect(try await meter.sum(of: .everyone, days: 0...100_000) == UsageSum())
            #expect(try await meter.sum(of: .user("alice"), days: 0...0) == UsageSum())
        },
        Case("gives back what it was given") { meter async throws in
            let whole = UsageRecord(
                runID: "r\u{0}1", attempt: 2, userID: "usr-ü", threadID: "thr-$a", providerID: "p", modelID: "m",
                day: -3,
                usage: Usage(
                    promptTokens: 7, completionTokens: 5, totalTokens: 13, cachedTokens: 0, reasoningTokens: 2),
                microdollars: 17)
            let bare = record("r\u{0}1", attempt: 1, 9)
            for record in [whole, bare] { try await meter.record(record) }
            #expect(try await meter.records(of: "r\u{0}1") == [bare, whole])
            #expect(try await meter.records(of: "r\u{0}2") == [])
            #expect(try await meter.records(of: "r") == [])
        },
        Case("counts an attempt once, however often it is told") { meter async throws in
            for tokens in [5, 5, 3, 9, 9, 0, 8] { try await meter.record(record("r", tokens, cost: Int64(tokens))) }
            #expect(try await meter.records(of: "r") == [record("r", 9, cost: 9)])
            #expect(
                try await meter.sum(of: .user("alice"), days: 20_000...20_000) == UsageSum(tokens: 9, microdollars: 9))
        },
        Case("counts each attempt of a run") { meter async throws in
            try await meter.record(record("r", attempt: 2, 4))
            try await meter.record(record("r", attempt: 1, 6))
            #expect(try await meter.records(of: "r").map(\.attempt) == [1, 2])
            #expect(try await meter.sum(of: .everyone, days: 20_000...20_000).tokens == 10)
        },
        Case("leaves an attempt on the day and with the user that it began with") { meter async throws in
            try await meter.record(record("r", 4))
            try await meter.record(record("r", 7, userID: "bob", threadID: "other", day: 20_001))
            #expect(try await meter.records(of: "r") == [record("r", 7)])
        },
        Case("counts days, users and threads apart") { meter async throws in
            try await meter.record(record("r1", 1))
            try await meter.record(record("r2", 10, threadID: "thr-2"))
            try await meter.record(record("r3", 100, userID: "bob"))
            try await meter.record(record("r4", 1_000, day: 20_001))
            try await meter.record(record("r5", 10_000, userID: "bob", day: 20_002))
            #expect(try await meter.sum(of: .everyone, days: 20_000...20_000).tokens == 111)
            #expect(try await meter.sum(of: .everyone, days: 20_000...20_002).tokens == 11_111)
            #expect(try await meter.sum(of: .everyone, days: 20_001...20_001).tokens == 1_000)
            #expect(try await meter.sum(of: .user("alice"), days: 20_000...20_000).tokens == 11)
            #expect(try await meter.sum(of: .user("alice"), days: 0...30_000).tokens == 1_011)
            #expect(try await meter.sum(of: .user("bob"), days: 20_001...20_002).tokens == 10_000)
            #expect(try await meter.sum(of: .user("carol"), days: 0...30_000).tokens == 0)
            #expect(
                try await meter.sum(of: .userInThread(userID: "alice", threadID: "thr"), days: 0...30_000).tokens
                    == 1_001)
            #expect(
                try await meter.sum(of: .userInThread(userID: "alice", threadID: "thr-2"), days: 0...30_000).tokens
                    == 10)
            #expect(
                try await meter.sum(of: .userInThread(userID: "bob", threadID: "thr-2"), days: 0...30_000).tokens == 0)
        },
        Case("tells tokens without a price apart") { meter async throws in
            try await meter.record(record("r1", 8))
            let unpriced = try await meter.sum(of: .everyone, days: 20_000...20_000)
            #expect(unpriced == UsageSum(tokens: 8, microdollars: nil, unpricedTokens: 8))
            try await meter.record(record("r2", 20, cost: 300))
            try await meter.record(record("r3", 5, cost: 0))
            let both = try await meter.sum(of: .everyone, days: 20_000...20_000)
            #expect(both == UsageSum(tokens: 33, microdollars: 300, unpricedTokens: 8))
        },
        Case("counts the parts where a provider tells of no total") { meter async throws in
            let usage = Usage(promptTokens: 70, completionTokens: 5, totalTokens: 0)
            try await meter.record(
                UsageRecord(
                    runID: "r", attempt: 1, userID: "alice", threadID: "thr", providerID: "p", modelID: "m",
                    day: 20_000, usage: usage))
            #expect(try await meter.sum(of: .user("alice"), days: 20_000...20_000).tokens == 75)
        },
        Case("holds out against absurd counts") { meter async throws in
            for (index, tokens) in [Int.max, Int.max, Int.min].enumerated() {
                try await meter.record(
                    UsageRecord(
                        runID: "r\(index)", attempt: 1, userID: "alice", threadID: "thr", providerID: "p",
                        modelID: "m", day: 20_000,
                        usage: Usage(promptTokens: tokens, completionTokens: 0, totalTokens: tokens),
                        microdollars: Int64(tokens)))
            }
            let sum = try await meter.sum(of: .user("alice"), days: 20_000...20_000)
            #expect(sum.tokens == 2 * UsageRecord.largestCount)
        },
        Case("forgets the oldest days first, and no day that is asked for") { meter async throws in
            for day in [3, 1, 2] { try await meter.record(record("r\(day)", day, day: day)) }
            #expect(try await meter.prune(before: 3, limit: 1) == 1)
            #expect(try await meter.records(of: "r1") == [])
            #expect(try await meter.prune(before: 3, limit: 10) == 1)
            #expect(try await meter.prune(before: 3, limit: 10) == 0)
            #expect(try await meter.sum(of: .everyone, days: 0...10).tokens == 3)
        },
        Case("loses nothing of what is recorded at the same time") { meter async throws in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<60 {
                    group.addTask { try await meter.record(record("r\(number % 20)", number / 20 + 2)) }
                }
                try await group.waitForAll()
            }
            #expect(try await meter.sum(of: .everyone, days: 20_000...20_000).tokens == 20 * 4)
        },
    ]
}
