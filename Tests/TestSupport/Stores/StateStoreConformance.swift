package import PlatformSDK
import Testing

/// What every `StateStore` does, as cases over an empty one whose initial settings are `initial`.
package enum StateStoreConformance {
    /// A behaviour of a store.
    package typealias Case = StoreCase<any StateStore>

    /// The initial settings that the stores under test are made with.
    package static let initial = UserSettings(
        skills: ["browser": false, "search": true], soul: ["name": "Rialto"], safety: ["ask": true],
        plan: ["name": "own"])

    /// All cases.
    package static let cases: [Case] = [
        Case("creates a user at the first call and keeps their display name") { store in
            let first = try await store.getOrCreateUser(externalID: "@a:x", platform: "matrix", displayName: "Ann")
            #expect(first.isNew)
            #expect(first.userID == "usr-matrix-@a:x")
            #expect(first.displayName == "Ann")
            let second = try await store.getOrCreateUser(externalID: "@a:x", platform: "matrix", displayName: "Other")
            #expect(!second.isNew)
            #expect(second.displayName == "Ann")
            #expect(second.createdAt == first.createdAt)
            let other = try await store.getOrCreateUser(externalID: "@a:x", platform: "chat", displayName: nil)
            #expect(other.isNew)
            #expect(other.displayName == nil)
        },
        Case("creates a user once, however many ask at the same time") { store in
            let new = try await withThrowingTaskGroup(of: Bool.self, returning: Int.self) { group in
                for index in 0..<20 {
                    group.addTask {
                        try await store.getOrCreateUser(
                            externalID: "@a:x", platform: "matrix", displayName: "Name \(index)"
                        ).isNew
                    }
                }
                return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(new == 1)
        },
        Case("has the initial settings for a user who changed nothing") { store async throws in
            #expect(try await store.settings(of: "usr-matrix-@a:x") == initial)
        },
        Case("stores each change as it is applied, for that user only") { store in
            var expected = initial
            for action in [
                .toggleSkill(name: "browser", enabled: true), .setSoul(field: "name", value: nil),
                .setSoul(field: "instructions", value: "Be \0 brief \u{1F600} 'quoted'"),
                .setSafety(name: "ask", enabled: false),
            ] as [SettingsAction] {
                try expected.apply(action)
                #expect(try await store.apply(action, to: "usr-matrix-@a:x") == expected)
                #expect(try await store.settings(of: "usr-matrix-@a:x") == expected)
            }
            #expect(try await store.settings(of: "usr-matrix-@b:x") == initial)
        },
        Case("rejects a change that does not apply, and changes nothing") { store async throws in
            await #expect(throws: SettingsAction.Rejection.unknownSkill("flying")) {
                try await store.apply(.toggleSkill(name: "flying", enabled: true), to: "usr-matrix-@a:x")
            }
            #expect(try await store.settings(of: "usr-matrix-@a:x") == initial)
        },
        Case("loses none of two changes made at the same time") { store in
            async let first = store.apply(.toggleSkill(name: "browser", enabled: true), to: "u")
            async let second = store.apply(.toggleSkill(name: "search", enabled: false), to: "u")
            _ = try await (first, second)
            #expect(try await store.settings(of: "u").skills == ["browser": true, "search": false])
        },
    ]
}
