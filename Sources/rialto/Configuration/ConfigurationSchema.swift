/// Every section and key that the configuration may have, each declared once.
enum ConfigurationSchema {
    /// A table of the file.
    struct Section: Sendable {
        /// Its name.
        let name: String
        /// What it is about, in lines for `config.example.toml`.
        let documentation: [String]
    }

    /// The sections in the order in which they are documented.
    static let sections = [
        Section(name: "matrix", documentation: ["The account at the homeserver that the bot is."]),
        Section(name: "bridge", documentation: ["Who may use the bot, and how it answers."]),
        Section(name: "platform", documentation: ["Where answers come from."]),
        Section(
            name: "agent",
            documentation: ["The agent connection: where the bridge finds the agent, and what `rialto agent` serves."]
        ),
        Section(name: "provider", documentation: ["The model that the agent thinks with."]),
        Section(name: "store", documentation: ["Where data is kept."]),
        Section(name: "event_log", documentation: ["How long the agent's runs are kept."]),
        Section(name: "telemetry", documentation: ["What is logged, and how. Logs go to standard error."]),
    ]

    /// The keys in the order in which they are documented.
    static let keys: [ConfigurationKey] = matrix + bridge + platform + agent + provider + store + eventLog + telemetry

    /// The keys of a section.
    static func keys(of section: String) -> [ConfigurationKey] {
        keys.filter { $0.section == section }
    }

    private static let matrix = [
        ConfigurationKey(
            "matrix", "homeserver", \.matrix.homeserver, example: "\"https://matrix.example.org\"",
            aliases: ["MATRIX_HOMESERVER"],
            "The homeserver: its URL, or a server name such as \"example.org\" whose URL is then discovered."
        ),
        ConfigurationKey(
            "matrix", "user_id", \.matrix.userID, example: "\"@rialto:example.org\"", aliases: ["MATRIX_USER_ID"],
            "The bot's account. Needed for a login with a password; an access token knows it by itself."
        ),
        ConfigurationKey(
            "matrix", "device_name", \.matrix.deviceName,
            "The name that the account's list of sessions shows for the bot.",
            check: Check.length(100)
        ),
        ConfigurationKey(
            "matrix", "password_file", \.matrix.passwordFile, example: "\"matrix-password\"",
            "A file with the account's password, readable by nobody else. Instead: the variable MATRIX_PASSWORD, or a",
            "systemd credential named \"matrix.password\". `rialto login` uses it once and keeps a session instead."
        ),
        ConfigurationKey(
            "matrix", "access_token_file", \.matrix.accessTokenFile, example: "\"matrix-access-token\"",
            "A file with an access token, for an account without a password. Instead: the variable",
            "MATRIX_ACCESS_TOKEN, or a systemd credential named \"matrix.access_token\"."
        ),
        ConfigurationKey(
            "matrix", "display_name", \.matrix.displayName, example: "\"Rialto\"",
            "The name that the account shows, set when it has changed here; without this key it stays as it is.",
            check: Check.length(256)
        ),
        ConfigurationKey(
            "matrix", "avatar_file", \.matrix.avatarFile, example: "\"avatar.png\"",
            "The picture that the account shows (PNG, JPEG, GIF or WebP, at most 2 MiB), uploaded when it has changed."
        ),
        ConfigurationKey(
            "matrix", "ca_file", \.matrix.caFile, example: "\"ca.pem\"",
            "Certificates (PEM) to trust instead of the system's, for a homeserver with a private authority."
        ),
    ]

    private static let bridge = [
        ConfigurationKey(
            "bridge", "allow", \.bridge.allow,
            "Who may use the bot: patterns of user ids, where * stands for any characters, such as",
            "[\"@alice:example.org\", \"@*:example.com\"]. Nobody, as long as the list is empty."
        ),
        ConfigurationKey(
            "bridge", "invites", \.bridge.invites, example: "[\"@*:example.org\"]",
            "Whose invites to rooms are accepted; without this key, those of the people in `allow`."
        ),
        ConfigurationKey(
            "bridge", "welcome", \.bridge.welcome,
            "Whether a person is greeted once, silently, at the first message or when the bot joins their direct room."
        ),
        ConfigurationKey(
            "bridge", "strangers", \.bridge.strangers,
            "What people get who write to the bot and are not in `allow`: \"silence\", or \"notice\" for one polite sentence,",
            "once in each room."
        ),
        ConfigurationKey(
            "bridge", "rules", \.bridge.rules,
            example: """
                [{ users = ["*"], rooms = ["*"], commands = ["soul", "safety"], access = "deny" }]
                """,
            "What the people in `allow` may do, written as a list or as tables under [[bridge.rules]]. The first rule that",
            "covers a person, a room and a command decides; what no rule covers is allowed. `users` are patterns as in",
            "`allow`, `rooms` are ids of rooms; both are [\"*\"], everybody and everywhere, where they are left out.",
            "`commands` are names without prefix, \"ask\" for a message to the agent, or \"*\" for all. `access` is \"allow\" or",
            "\"deny\". The environment takes the list as JSON."
        ),
        ConfigurationKey(
            "bridge", "command_prefix", \.bridge.commandPrefix,
            "What commands such as !help begin with.",
            check: { prefix in
                let isUsable = (1...8).contains(prefix.utf8.count) && !prefix.contains(where: \.isWhitespace)
                return isUsable ? nil : "must have between 1 and 8 bytes and no white space"
            }
        ),
        ConfigurationKey(
            "bridge", "typed_commands", \.bridge.typedCommands,
            "Whether rooms in which the bot may set state offer the commands to clients that suggest them (MSC4391).",
            "It takes one state event for each command and room, sent one by one whenever nothing else is. Where this",
            "is switched off, what was offered before is taken back. Typing the commands works always."
        ),
        ConfigurationKey(
            "bridge", "language", \.bridge.language,
            "The language of the bot's own words, such as its help: \"en\" or \"ru\". Answers are the agent's."
        ),
        ConfigurationKey(
            "bridge", "show_tokens", \.bridge.showTokens,
            "Whether a reply ends with a small line about the tokens that it took."
        ),
        ConfigurationKey(
            "bridge", "edit_interval_ms", \.bridge.editIntervalMilliseconds,
            "The shortest time between two edits of one growing message, in milliseconds.",
            check: Check.range(100...60_000)
        ),
        ConfigurationKey(
            "bridge", "edits_per_second", \.bridge.editsPerSecond,
            "How many messages and edits a second the homeserver is thought to allow the account,",
            "over all rooms, until its answers say otherwise. 0.2 is Synapse's own default (rc_message).",
            check: Check.range(0.01...1000)
        ),
        ConfigurationKey(
            "bridge", "edit_burst", \.bridge.editBurst,
            "How many messages and edits it is thought to allow at once, after a quiet spell.",
            check: Check.range(1...1000)
        ),
        ConfigurationKey(
            "bridge", "drain_seconds", \.bridge.drainSeconds,
            "How long answers may take to finish once the program was asked to stop; the rest goes on at the next start.",
            check: Check.range(0...600)
        ),
        ConfigurationKey(
            "bridge", "merge_messages", \.bridge.mergeMessages,
            "Whether messages that one person writes before the first is begun to be answered get one answer together."
        ),
        ConfigurationKey(
            "bridge", "merge_window_ms", \.bridge.mergeWindowMilliseconds,
            "How long a message waits for such another one before it is answered, in milliseconds.",
            check: Check.range(0...5000)
        ),
        ConfigurationKey(
            "bridge", "attachment_limit_mb", \.bridge.attachmentLimitMegabytes,
            "The largest file that is taken from people, in megabytes. Files are kept for a week.",
            check: Check.range(1...1000)
        ),
        ConfigurationKey(
            "bridge", "first_start_max_age_minutes", \.bridge.firstStartMaximumAgeMinutes,
            "How old messages may be that are answered at the very first start, in rooms that the account is in already;",
            "0 answers nothing that is older than the start. Nothing from before the account joined is ever answered.",
            check: Check.range(0...10_080)
        ),
    ]

    private static let platform = [
        ConfigurationKey(
            "platform", "backend", \.platform.backend, aliases: ["MATRIX_PLATFORM_BACKEND"],
            "\"embedded\": the agent in this process, with the model of [provider].",
            "\"socket\": an agent behind the agent connection, such as `rialto agent`.",
            "\"mock\": made-up answers that begin with [MOCK], to try the bridge out without an agent."
        ),
        ConfigurationKey(
            "platform", "skills", \.platform.skills,
            "The names of further skills that people can switch on with !skill, for an agent elsewhere; all are off at first.",
            check: { skills in
                let isUsable = skills.allSatisfy { !$0.isEmpty && $0.utf8.count <= 64 && !$0.contains(" ") }
                guard isUsable else { return "must hold names of 1 to 64 bytes without spaces" }
                return Set(skills).count == skills.count ? nil : "names a skill twice"
            }
        ),
    ]

    private static let agent = [
        ConfigurationKey(
            "agent", "url", \.agent.url, aliases: ["AGENT_WS_URL"],
            "Where the bridge finds the agent (backend \"socket\")."
        ),
        ConfigurationKey(
            "agent", "listen", \.agent.listen,
            "Where `rialto agent` listens. Beyond loopback, give it a token and a certificate."
        ),
        ConfigurationKey(
            "agent", "name", \.agent.name,
            "The agent's name, as the model is told.",
            check: Check.length(100)
        ),
        ConfigurationKey(
            "agent", "instructions", \.agent.instructions,
            "Standing instructions to the model, for every conversation.",
            check: { $0.utf8.count <= 65_536 ? nil : "must have at most 65536 bytes" }
        ),
        ConfigurationKey(
            "agent", "skills_directory", \.agent.skillsDirectory,
            "Where the agent's skills are: each a folder with a SKILL.md."
        ),
        ConfigurationKey(
            "agent", "user_tokens_per_day", \.agent.userTokensPerDay,
            "The most tokens that the agent spends for one person on a day (UTC); 0 for any number.",
            check: Check.range(0...1_000_000_000)
        ),
        ConfigurationKey(
            "agent", "tokens_per_day", \.agent.tokensPerDay,
            "The most tokens that the agent spends for all people together on a day (UTC); 0 for any number.",
            check: Check.range(0...1_000_000_000)
        ),
        ConfigurationKey(
            "agent", "wait_seconds", \.agent.waitSeconds,
            "How long a message waits while the agent cannot be reached, before the person is told so.",
            check: Check.range(0...3600)
        ),
        ConfigurationKey(
            "agent", "token_file", \.agent.tokenFile, example: "\"agent-token\"",
            "A file with the token that the bridge shows to the agent, and that `rialto agent` asks of its clients."
        ),
        ConfigurationKey(
            "agent", "ca_file", \.agent.caFile, example: "\"ca.pem\"",
            "Certificates (PEM) to trust instead of the system's, for an agent at a wss:// URL."
        ),
        ConfigurationKey(
            "agent", "tls_certificate_file", \.agent.tlsCertificateFile, example: "\"agent.pem\"",
            "The certificate chain (PEM) with which `rialto agent` serves wss://; without one it serves ws://."
        ),
        ConfigurationKey(
            "agent", "tls_key_file", \.agent.tlsKeyFile, example: "\"agent-key.pem\"",
            "The key (PEM) of that certificate."
        ),
        ConfigurationKey(
            "agent", "workspace", \.agent.workspace, example: "\"workspace\"",
            "A directory that agent and bridge share: files that the agent sends by their path are taken from it alone."
        ),
    ]

    private static let provider = [
        ConfigurationKey(
            "provider", "kind", \.provider.kind,
            "\"echo\": repeats what was said, to try things out. \"openai-responses\": OpenAI's Responses.",
            "\"anthropic\": Anthropic's Messages. \"openai-chat\": Chat Completions, which most local servers speak."
        ),
        ConfigurationKey(
            "provider", "model", \.provider.model, example: "\"model-name\"",
            "The model's name; needed for every kind but \"echo\".",
            check: Check.length(200)
        ),
        ConfigurationKey(
            "provider", "base_url", \.provider.baseURL, example: "\"http://127.0.0.1:11434/v1\"",
            "The address of the interface, where it is not the provider's own; needed for \"openai-chat\"."
        ),
        ConfigurationKey(
            "provider", "api_key_file", \.provider.apiKeyFile, example: "\"api-key\"",
            "A file with the key, readable by nobody else. Instead: the variable OPENAI_API_KEY or ANTHROPIC_API_KEY,",
            "by the kind, or a systemd credential named \"provider.api_key\"."
        ),
        ConfigurationKey(
            "provider", "reasoning_effort", \.provider.reasoningEffort, example: "\"medium\"",
            "How much the model is to think before it answers: \"none\", \"minimal\", \"low\", \"medium\", \"high\", \"xhigh\"",
            "or \"max\". Without it the provider decides; Claude models then answer without thinking, or as they see fit."
        ),
        ConfigurationKey(
            "provider", "stall_seconds", \.provider.stallSeconds,
            "How long the model may send nothing before the agent gives up waiting for it. It is asked again where it has",
            "said nothing yet.",
            check: Check.range(5...3600)
        ),
        ConfigurationKey(
            "provider", "attachments", \.provider.attachments,
            "Whether the model is shown the images, PDFs and text files that people send, where its interface takes",
            "them. Else, and for all other files, it is told their names."
        ),
        ConfigurationKey(
            "provider", "models", \.provider.models,
            example: """
                [{ name = "model-name", context_tokens = 200000, input_price = 1.25, output_price = 10.0 }]
                """,
            "What is known of models, written as a list or as tables under [[provider.models]]. Besides `model`, which answers",
            "by default, people can choose each of them with !model. `name` is the provider's; `title` what people know it as;",
            "`context_tokens` what question and answer may have together: longer conversations lose their oldest turns.",
            "`max_output_tokens` limits an answer. `input_price`, `cached_input_price` and `output_price` are US dollars for a",
            "million tokens. `selectable` = false keeps people from choosing it. The environment takes the list as JSON."
        ),
    ]

    private static let store = [
        ConfigurationKey(
            "store", "directory", \.store.directory,
            "The folder of the databases. It is made where it does not exist; only one `rialto run` can use it."
        )
    ]

    private static let eventLog = [
        ConfigurationKey(
            "event_log", "keep_hours", \.eventLog.keepHours,
            "How long each event of a run that is over can be read again, in hours.",
            check: Check.range(1...8_760)
        ),
        ConfigurationKey(
            "event_log", "archive_days", \.eventLog.archiveDays,
            "How long answers are kept, which is what the agent remembers of a conversation, in days.",
            check: Check.range(1...3_650)
        ),
    ]

    private static let telemetry = [
        ConfigurationKey(
            "telemetry", "log_format", \.telemetry.logFormat,
            "\"console\": for people. \"json\": one object a line. \"auto\": console on a terminal, else json."
        ),
        ConfigurationKey(
            "telemetry", "log_level", \.telemetry.logLevel,
            "The least level that is logged: \"trace\", \"debug\", \"info\", \"notice\", \"warning\", \"error\" or",
            "\"critical\"."
        ),
    ]
}
