import PlatformSDK
import SQLiteStore
import TestSupport
import Testing

@Suite struct SettingsMergeTests {
    @Test func `what is newly configured appears below what the user has set`() async throws {
        try await withDatabase { database in
            let old = UserSettings(
                skills: ["browser": false, "search": true], soul: ["name": "Rialto"], safety: ["ask": true])
            let before = PrototypeStateStore(database: database, initial: old)
            _ = try await before.apply(.toggleSkill(name: "browser", enabled: true), to: "u")
            _ = try await before.apply(.setSoul(field: "name", value: nil), to: "u")

            let new = UserSettings(
                skills: ["browser": false, "search": true, "files": true], connectors: ["mail": ["state": "on"]],
                soul: ["name": "Rialto"], safety: ["ask": false, "log": true], plan: ["name": "team"])
            let after = PrototypeStateStore(database: database, initial: new)
            let settings = try await after.settings(of: "u")
            #expect(settings.skills == ["browser": true, "search": true, "files": true])
            #expect(settings.safety == ["ask": true, "log": true])
            #expect(settings.connectors == ["mail": ["state": "on"]])
            #expect(settings.plan == ["name": "team"])
            #expect(settings.soul.isEmpty)
            #expect(
                try await after.apply(.toggleSkill(name: "files", enabled: false), to: "u").skills["files"] == false)
            #expect(try await after.settings(of: "new") == new)
        }
    }
}
