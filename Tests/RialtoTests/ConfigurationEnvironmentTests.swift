import Foundation
import MatrixAPI
import Testing

@testable import rialto

@Suite("Configuration from the environment")
struct ConfigurationEnvironmentTests {
    private func load(_ environment: [String: String], _ source: String = "") throws -> Configuration {
        try ConfigurationLoader(environment: environment, workingDirectory: "/cwd", systemFile: "/nowhere.toml")
            .load(source: source, name: nil, directory: "/etc/rialto")
    }

    @Test("each key has a variable that takes precedence over the file")
    func everyKeyHasAVariable() throws {
        let values = [
            "matrix.homeserver": "example.org", "matrix.user_id": "@bot:example.org", "matrix.device_name": "d",
            "matrix.password_file": "/p", "matrix.access_token_file": "/t", "matrix.ca_file": "/ca",
            "matrix.display_name": "n", "matrix.avatar_file": "/a",
            "bridge.allow": "@a:b.c, @*:d.e", "bridge.invites": "@a:b.c", "bridge.command_prefix": ".",
            "bridge.typed_commands": "no", "bridge.rules": #"[{"commands": ["soul"], "access": "deny"}]"#,
            "bridge.welcome": "no", "bridge.strangers": "notice", "bridge.language": "ru",
            "bridge.show_tokens": "no", "bridge.edit_interval_ms": "200", "bridge.edits_per_second": "1.5",
            "bridge.edit_burst": "3", "bridge.drain_seconds": "4", "bridge.merge_messages": "no",
            "bridge.merge_window_ms": "7", "bridge.attachment_limit_mb": "5",
            "bridge.first_start_max_age_minutes": "5", "platform.backend": "MOCK",
            "platform.skills": "x,y", "agent.url": "ws://h/", "agent.listen": "h:1", "agent.name": "n",
            "agent.instructions": "i", "agent.skills_directory": "/k", "agent.user_tokens_per_day": "7",
            "agent.tokens_per_day": "8",
            "event_log.keep_hours": "9", "event_log.archive_days": "10", "agent.wait_seconds": "6",
            "agent.workspace": "/w",
            "agent.token_file": "/at", "agent.ca_file": "/ac", "agent.tls_certificate_file": "/tc",
            "agent.tls_key_file": "/tk", "provider.kind": "anthropic",
            "provider.model": "m", "provider.base_url": "http://h", "provider.api_key_file": "/k",
            "provider.attachments": "false",
            "provider.models": #"[{"name": "n", "context_tokens": 9}]"#,
            "provider.reasoning_effort": "HIGH", "provider.stall_seconds": "77",
            "store.directory": "/s", "telemetry.log_format": "console", "telemetry.log_level": "error",
        ]
        let defaults = Configuration(directory: "")
        for key in ConfigurationSchema.keys {
            let value = try #require(values[key.path], "no value for \(key.path)")
            let configuration = try load([key.environmentName: value])
            #expect(key.literal(configuration) != key.literal(defaults), "\(key.environmentName) has no effect")
        }
        #expect(values.count == ConfigurationSchema.keys.count)
        #expect(try load(["RIALTO_BRIDGE_ALLOW": "@a:b.c, @*:d.e"]).bridge.allow == ["@a:b.c", "@*:d.e"])
        #expect(try load(["RIALTO_STORE_DIRECTORY": "db"]).store.directory.path == "/cwd/db")
        #expect(try load(["RIALTO_BRIDGE_EDIT_BURST": "3"], "[bridge]\nedit_burst = 9").bridge.editBurst == 3)
    }

    @Test("the well-known variables set their keys, and RIALTO_ variables win over them")
    func aliases() throws {
        let configuration = try load([
            "MATRIX_HOMESERVER": "http://127.0.0.1:8008", "MATRIX_USER_ID": "@rialto:localhost",
            "MATRIX_PASSWORD": " pass word ", "MATRIX_ACCESS_TOKEN": "syt_x\n", "AGENT_WS_URL": "ws://a:1/x/",
            "OPENAI_API_KEY": "sk-1", "ANTHROPIC_API_KEY": "sk-2",
        ])
        #expect(configuration.matrix.homeserver?.text == "http://127.0.0.1:8008")
        #expect(configuration.matrix.userID == "@rialto:localhost")
        #expect(configuration.agent.url.text == "ws://a:1/x/")
        #expect(try configuration.matrixPassword.read()?.secret.reveal() == " pass word ")
        #expect(try configuration.matrixAccessToken.read()?.secret.reveal() == "syt_x")
        #expect(try configuration.providerKey.read() == nil)
        let both = ["MATRIX_USER_ID": "@a:b.c", "RIALTO_MATRIX_USER_ID": "@d:e.f"]
        #expect(try load(both).matrix.userID == "@d:e.f")
    }

    @Test(
        "the key of the environment is the configured provider's",
        arguments: [
            ("openai-responses", "sk-1"), ("openai-chat", "sk-1"), ("anthropic", "sk-2"),
        ])
    func providerKey(kind: String, expected: String) throws {
        let configuration = try load([
            "RIALTO_PROVIDER_KIND": kind, "OPENAI_API_KEY": "sk-1", "ANTHROPIC_API_KEY": "sk-2",
        ])
        #expect(try configuration.providerKey.read()?.secret.reveal() == expected)
    }

    @Test(
        "MATRIX_PLATFORM_BACKEND is trimmed and lower-cased, and real means socket",
        arguments: [
            ("mock", Configuration.Platform.Backend.mock), (" MOCK ", .mock), ("real", .socket), ("Real\n", .socket),
            ("socket", .socket), ("", .mock), ("  ", .mock),
        ])
    func backend(value: String, expected: Configuration.Platform.Backend) throws {
        let configuration = try load(["MATRIX_PLATFORM_BACKEND": value], "[platform]\nbackend = \"mock\"")
        #expect(configuration.platform.backend == expected)
    }

    @Test(
        "an error names the variable",
        arguments: [
            (
                "MATRIX_PLATFORM_BACKEND", "reel",
                "environment MATRIX_PLATFORM_BACKEND: platform.backend: must be \"mock\" or \"real\""
            ),
            (
                "MATRIX_USER_ID", "bob",
                "environment MATRIX_USER_ID: matrix.user_id: must be a Matrix user id such as \"@rialto:example.org\""
            ),
            (
                "RIALTO_BRIDGE_ALOW", "x",
                "environment RIALTO_BRIDGE_ALOW: unknown setting; did you mean RIALTO_BRIDGE_ALLOW?"
            ),
            (
                "RIALTO_BRIDGE_SHOW_TOKENS", "maybe",
                "environment RIALTO_BRIDGE_SHOW_TOKENS: bridge.show_tokens: must be true or false"
            ),
        ])
    func errors(name: String, value: String, expected: String) {
        #expect(throws: ConfigurationError.self) { try load([name: value]) }
        do { _ = try load([name: value]) } catch { #expect("\(error)" == expected) }
    }

    @Test("variables of others are left alone")
    func foreignVariables() throws {
        _ = try load(["RIALTO_TEST": "1", "PATH": "/bin", "RIALTOX_BRIDGE_ALLOW": "x"])
    }

    @Test("the named file, then config.toml, then the system's file, then none")
    func searchesFiles() async throws {
        try await withTestDirectory { directory in
            let system = directory + "/system.toml"
            let loader = ConfigurationLoader(environment: [:], workingDirectory: directory, systemFile: system)
            #expect(try loader.load().file == nil)
            try "[agent]\nname = \"system\"".write(toFile: system, atomically: true, encoding: .utf8)
            #expect(try loader.load().agent.name == "system")
            try "[agent]\nname = \"here\"".write(toFile: directory + "/config.toml", atomically: true, encoding: .utf8)
            #expect(try loader.load().agent.name == "here")
            let folder = directory + "/sub"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try "[store]\ndirectory = \"db\"".write(toFile: folder + "/c.toml", atomically: true, encoding: .utf8)
            #expect(try loader.load(file: "sub/c.toml").store.directory.path == folder + "/db")
            let missing = #expect(throws: ConfigurationError.self) { try loader.load(file: "none.toml") }
            #expect(missing?.description == "none.toml: there is no such file; check --config")
        }
    }
}
