import Foundation
import MatrixAPI
import Testing

@testable import rialto

@Suite("Configuration")
struct ConfigurationTests {
    private func load(_ source: String, _ environment: [String: String] = [:]) throws -> Configuration {
        try ConfigurationLoader(environment: environment, workingDirectory: "/cwd", systemFile: "/nowhere.toml")
            .load(source: source, name: "config.toml", directory: "/etc/rialto")
    }

    private func problems(_ source: String, _ environment: [String: String] = [:]) -> String {
        do {
            _ = try load(source, environment)
            return "(none)"
        } catch {
            return "\(error)"
        }
    }

    @Test("every key is read from the file")
    func readsEveryKey() throws {
        let configuration = try load(
            """
            [matrix]
            homeserver = "https://matrix.example.org/"
            user_id = "@rialto:example.org"
            device_name = "bot"
            password_file = "pw"
            access_token_file = "/run/token"
            ca_file = "ca.pem"
            [bridge]
            allow = ["@*:example.org"]
            invites = ["@alice:example.org"]
            command_prefix = "/"
            show_tokens = false
            edit_interval_ms = 500
            edits_per_second = 5
            edit_burst = 20
            drain_seconds = 1
            [platform]
            backend = "mock"
            skills = ["search"]
            [agent]
            url = "ws://agent:1234/ws?x=1"
            listen = "[::1]:0"
            name = "Portia"
            instructions = "Be brief."
            wait_seconds = 5
            [provider]
            kind = "openai-chat"
            model = "m"
            base_url = "http://127.0.0.1:11434/v1/"
            api_key_file = "key"
            [store]
            directory = "db"
            [telemetry]
            log_format = "json"
            log_level = "debug"
            """
        )
        #expect(configuration.matrix.homeserver?.text == "https://matrix.example.org")
        #expect(configuration.matrix.homeserver?.isURL == true)
        #expect(configuration.matrix.userID == "@rialto:example.org")
        #expect(configuration.matrix.deviceName == "bot")
        #expect(configuration.matrix.passwordFile?.path == "/etc/rialto/pw")
        #expect(configuration.matrix.accessTokenFile?.path == "/run/token")
        #expect(configuration.matrix.caFile?.path == "/etc/rialto/ca.pem")
        #expect(configuration.bridge.allow == ["@*:example.org"])
        #expect(configuration.bridge.effectiveInvites == ["@alice:example.org"])
        #expect(configuration.bridge.commandPrefix == "/")
        #expect(!configuration.bridge.showTokens)
        #expect(configuration.bridge.editIntervalMilliseconds == 500)
        #expect(configuration.bridge.editsPerSecond == 5)
        #expect(configuration.bridge.editBurst == 20)
        #expect(configuration.bridge.drainSeconds == 1)
        #expect(configuration.platform.backend == .mock)
        #expect(configuration.platform.skills == ["search"])
        #expect(configuration.agent.url == WebSocketAddress(host: "agent", port: 1234, path: "/ws?x=1"))
        #expect(configuration.agent.listen == ListenAddress(host: "::1", port: 0))
        #expect(configuration.agent.name == "Portia")
        #expect(configuration.agent.instructions == "Be brief.")
        #expect(configuration.agent.waitSeconds == 5)
        #expect(configuration.provider.kind == .openaiChat)
        #expect(configuration.provider.model == "m")
        #expect(configuration.provider.baseURL?.text == "http://127.0.0.1:11434/v1")
        #expect(configuration.provider.apiKeyFile?.path == "/etc/rialto/key")
        #expect(configuration.store.directory.path == "/etc/rialto/db")
        #expect(configuration.telemetry.logFormat == .json)
        #expect(configuration.telemetry.logLevel == .debug)
    }

    @Test("invites follow allow where they are not set")
    func invitesFollowAllow() throws {
        #expect(try load("[bridge]\nallow = [\"@a:b.c\"]").bridge.effectiveInvites == ["@a:b.c"])
        #expect(try load("[bridge]\nallow = [\"@a:b.c\"]\ninvites = []").bridge.effectiveInvites == [])
    }

    @Test(
        "an error names the line, the key, what is wrong and what is allowed",
        arguments: [
            ("[bridge]\n\nalow = []", "config.toml:3: bridge.alow: unknown key; did you mean \"allow\"?"),
            ("[brigde]\nallow = []", "config.toml:1: brigde: unknown section; did you mean \"bridge\"?"),
            (
                "# x\nzzz = 1",
                "config.toml:2: zzz: unknown key outside of any section"
            ),
            (
                "homeserver = \"x\"",
                "config.toml:1: homeserver: stands outside of any section; put it under [matrix]"
            ),
            ("bridge = 1", "config.toml:1: bridge: is a whole number, must be a table, written [bridge]"),
            (
                "[store]\nhomeserver = \"x\"",
                "config.toml:2: store.homeserver: unknown key; \"homeserver\" belongs to [matrix]"
            ),
            (
                "[bridge]\nshow_tokens = \"yes\"",
                "config.toml:2: bridge.show_tokens: is a string, must be true or false"
            ),
            ("[bridge]\nedit_burst = 1.5", "config.toml:2: bridge.edit_burst: is a number, must be a whole number"),
            ("[bridge]\nedit_burst = 0", "config.toml:2: bridge.edit_burst: must be between 1 and 1000"),
            ("[bridge]\nallow = \"@a:b\"", "config.toml:2: bridge.allow: is a string, must be a list of strings"),
            (
                "[bridge]\nallow = [\n  \"@a:b\", # first\n  7,\n]",
                "config.toml:4: bridge.allow: element 2 is a whole number, must be "
                    + "a pattern of user ids such as \"@*:example.org\""
            ),
            (
                "[bridge]\nallow = [\n  \"@a:b\",\n\n  \"alice\"\n]",
                "config.toml:5: bridge.allow: element 2 must be a pattern of user ids such as \"@*:example.org\""
            ),
            (
                "[platform]\nbackend = \"sokcet\"",
                "config.toml:2: platform.backend: must be one of \"embedded\", \"socket\", \"mock\"; did you mean \"socket\"?"
            ),
            (
                "matrix.user_id = \"alice\"",
                "config.toml:1: matrix.user_id: must be a Matrix user id such as \"@rialto:example.org\""
            ),
            (
                "[matrix]\n\"homeserver\" = \"ftp://x\"",
                "config.toml:2: matrix.homeserver: must be an http or https URL or a server name such as \"example.org\""
            ),
            (
                "[agent]\nurl = \"https://x/\"",
                "config.toml:2: agent.url: must be a ws:// or wss:// URL such as \"ws://127.0.0.1:8790/agent_ws/\""
            ),
            ("[agent]\nlisten = \"8790\"", "config.toml:2: agent.listen: must be host:port such as \"127.0.0.1:8790\""),
            (
                "[agent]\nlisten = \"::1:8790\"",
                "config.toml:2: agent.listen: must be host:port such as \"127.0.0.1:8790\"; "
                    + "an IPv6 address stands in brackets"
            ),
            ("[agent]\nlisten = \"a:99999\"", "config.toml:2: agent.listen: has a port outside of 0 to 65535"),
            (
                "[telemetry]\nlog_format = 1979-05-27",
                "config.toml:2: telemetry.log_format: is a date or time, must be "
                    + "one of \"auto\", \"json\", \"console\""
            ),
        ]
    )
    func errors(source: String, expected: String) {
        #expect(problems(source) == expected)
    }

    @Test("all that is wrong is reported at once, in the order of the lines")
    func reportsEverything() {
        let found = problems(
            """
            [bridge]
            alow = []
            edit_burst = 0
            [nope]
            x = 1
            [agent]
            url = 3
            """,
            ["RIALTO_BRIDGE_DRAIN_SECONDS": "soon"]
        )
        let lines = found.split(separator: "\n").map { $0.prefix { $0 != " " } }
        #expect(lines == ["config.toml:2:", "config.toml:3:", "config.toml:4:", "config.toml:7:", "environment"])
        #expect(
            found.hasSuffix("environment RIALTO_BRIDGE_DRAIN_SECONDS: bridge.drain_seconds: must be a whole number"))
    }

    @Test(
        "a text that is not TOML names line and column",
        arguments: [
            ("[bridge]\nallow = [\"a\"", "config.toml:2:"), ("a = \"x\n", "config.toml:1:"),
            ("[bridge]\n[bridge]\n", "config.toml:2:"), ("a = 1\n\u{0}", "config.toml:2:1:"),
        ]
    )
    func syntaxErrors(source: String, prefix: String) {
        let found = problems(source)
        #expect(found.hasPrefix(prefix))
        #expect(!found.contains("\n"))
    }

    @Test("a refused value never shows credentials of a URL")
    func refusedValuesAreNotShown() {
        let found = problems("[matrix]\nhomeserver = \"https://bot:hunter2@example.org\"\npassword = \"hunter2\"")
        #expect(!found.contains("hunter2"))
        #expect(found.contains("matrix.password: unknown key; did you mean \"password_file\"?"))
    }

    @Test("control characters of a key cannot forge lines")
    func forgedLines() {
        #expect(!problems("[bridge]\n\"a\\nb\" = 1").contains("\n"))
    }
}
