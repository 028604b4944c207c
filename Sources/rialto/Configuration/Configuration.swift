import AgentRuntime
import Bridge
import MatrixAPI

/// All settings of the program, with their defaults; `ConfigurationSchema` says how each is read and what it means.
struct Configuration: Sendable {
    /// The account at the homeserver.
    var matrix = Matrix()
    /// Who may use the bot, and how it answers.
    var bridge = Bridge()
    /// Where answers come from.
    var platform = Platform()
    /// The way to the agent, and what the agent server of `rialto agent` is.
    var agent: Agent
    /// The model behind `rialto agent`.
    var provider = Provider()
    /// Where data is kept.
    var store: Store
    /// How long the agent's runs are kept.
    var eventLog = EventLog()
    /// What is logged, and how.
    var telemetry = Telemetry()

    /// The secrets that the environment gave.
    var secretsInEnvironment = SecretsInEnvironment()
    /// The file that was read; nil where there was none.
    var file: String?
    /// What is not wrong but should be looked at.
    var warnings: [String] = []

    /// Makes the defaults; `directory` is the folder that relative paths start from.
    init(directory: String) {
        store = Store(directory: PathSetting("data", in: directory))
        agent = Agent(skillsDirectory: PathSetting("skills", in: directory))
    }
}

extension Configuration {
    /// `[matrix]`: the account at the homeserver.
    struct Matrix: Sendable {
        /// The homeserver.
        var homeserver: HomeserverAddress?
        /// The account.
        var userID: UserID?
        /// The name that the account's list of sessions shows.
        var deviceName = "rialto"
        /// The file that holds the password.
        var passwordFile: PathSetting?
        /// The file that holds an access token.
        var accessTokenFile: PathSetting?
        /// The name that the account shows; nil leaves it as it is.
        var displayName: String?
        /// The picture that the account shows; nil leaves it as it is.
        var avatarFile: PathSetting?
        /// Certificates to trust instead of the system's.
        var caFile: PathSetting?
    }

    /// `[bridge]`: who may use the bot, and how it answers.
    struct Bridge: Sendable {
        /// Who may use the bot.
        var allow: [UserIDGlob] = []
        /// Whose invites are accepted; nil stands for those of `allow`.
        var invites: [UserIDGlob]?
        /// Whether a person is greeted at the first contact.
        var welcome = true
        /// What people get who may not use the bot.
        var strangers = StrangerAnswer.silence
        /// What those who may use the bot may do with it.
        var rules: PermissionRules?
        /// What commands begin with.
        var commandPrefix = "!"
        /// Whether rooms offer the commands in their state.
        var typedCommands = true
        /// The language of the bot's own words.
        var language = Language.english
        /// Whether a reply ends with a line about its tokens.
        var showTokens = true
        /// The shortest time between two edits of a message, in milliseconds.
        var editIntervalMilliseconds = 1000
        /// The rate of messages and edits to start with, before the homeserver has shown its own.
        var editsPerSecond = 0.2
        /// How many messages and edits may go out at once, to start with.
        var editBurst = 10
        /// How long answers may take to finish when the program is asked to stop, in seconds.
        var drainSeconds = 20
        /// How old messages may be that are answered at the very first start, in minutes.
        var firstStartMaximumAgeMinutes = 0
        /// Whether messages of one person in quick succession get one answer.
        var mergeMessages = true
        /// How long a message waits for another one to join it, in milliseconds.
        var mergeWindowMilliseconds = 250

        /// The largest file that is taken, in megabytes.
        var attachmentLimitMegabytes = 20

        /// Whose invites are accepted.
        var effectiveInvites: [UserIDGlob] { invites ?? allow }
    }

    /// `[platform]`: where answers come from.
    struct Platform: Sendable {
        /// The kind of platform.
        enum Backend: String, CaseIterable, Sendable {
            /// The agent in this process.
            case embedded
            /// An agent behind the agent connection.
            case socket
            /// Made-up answers, to try the bridge out.
            case mock
        }

        /// The kind of platform.
        var backend: Backend = .embedded
        /// The names of skills that users can switch on, beside those of the agent in this process.
        var skills: [String] = []
    }

    /// `[agent]`: the way to the agent, and what the agent server is.
    struct Agent: Sendable {
        /// Where the bridge finds the agent.
        var url = WebSocketAddress(host: "127.0.0.1", port: 8790, path: "/agent_ws/")
        /// Where `rialto agent` listens.
        var listen = ListenAddress(host: "127.0.0.1", port: 8790)
        /// The agent's name, as the model is told.
        var name = "Rialto"
        /// Standing instructions to the model.
        var instructions = ""
        /// Where the skills are.
        var skillsDirectory: PathSetting
        /// The most tokens of one user on a day; 0 for any number.
        var userTokensPerDay = 0
        /// The most tokens of all users together on a day; 0 for any number.
        var tokensPerDay = 0
        /// How long a message waits for a lost connection, in seconds.
        var waitSeconds = 30
        /// The file with the token that the bridge shows and the agent server asks for.
        var tokenFile: PathSetting?
        /// Certificates to trust instead of the system's, for an agent behind `wss://`.
        var caFile: PathSetting?
        /// The agent server's certificate.
        var tlsCertificateFile: PathSetting?
        /// The key of the agent server's certificate.
        var tlsKeyFile: PathSetting?
        /// The directory that agent and bridge share.
        var workspace: PathSetting?
    }

    /// `[event_log]`: how long the agent's runs are kept.
    struct EventLog: Sendable {
        /// How long every event of a run that is over can be read again, in hours.
        var keepHours = 24
        /// How long a run's answer is kept, which is what the agent remembers of a conversation, in days.
        var archiveDays = 90
    }

    /// `[provider]`: the model behind `rialto agent`.
    struct Provider: Sendable {
        /// The interface that the model is reached by.
        enum Kind: String, CaseIterable, Sendable {
            /// Repeats what was said; no model.
            case echo
            /// OpenAI's Responses.
            case openaiResponses = "openai-responses"
            /// Anthropic's Messages.
            case anthropic
            /// Chat Completions, which most local model servers speak.
            case openaiChat = "openai-chat"
        }

        /// The interface that the model is reached by.
        var kind: Kind = .echo
        /// The model's name.
        var model: String?
        /// The address of the interface; nil stands for the provider's own.
        var baseURL: HTTPAddress?
        /// The file that holds the key.
        var apiKeyFile: PathSetting?
        /// How much the model is to think before it answers; nil leaves it to the provider.
        var reasoningEffort: ReasoningEffort?
        /// How long the model may send nothing, in seconds.
        var stallSeconds = 120
        /// Whether the model is shown the files that people send.
        var attachments = true
        /// The models that people may choose, and what is known of each.
        var models: ModelList?
    }

    /// `[store]`: where data is kept.
    struct Store: Sendable {
        /// The folder of the databases and the lock.
        var directory: PathSetting
    }

    /// `[telemetry]`: what is logged, and how.
    struct Telemetry: Sendable {
        /// The form of the log.
        var logFormat: LogFormat = .auto
        /// The least level that is logged.
        var logLevel: LogLevel = .info
    }
}
