import Foundation
import PlatformSDK
import Testing

@testable import Bridge

/// One text of the catalogues, made with parameters that would do harm if they were not escaped.
struct CatalogueEntry: Sendable, CustomTestStringConvertible {
    /// The function or property that gives it.
    let member: String
    /// Which of its cases it is.
    let variant: String
    /// Makes the text.
    let text: @Sendable (any Notices) -> String

    var testDescription: String { "\(member) \(variant)" }

    init(_ member: String, _ variant: String = "", _ text: @escaping @Sendable (any Notices) -> String) {
        self.member = member
        self.variant = variant
        self.text = text
    }

    /// A parameter that formats, links, mentions and begins a line unless it is escaped.
    static let hostile = "a`b*c*<i>@room\n# [d](https://e)"
    /// The prefix that tells commands from other code spans.
    static let prefix = "!!"
}

/// Every text that there is, in all its cases.
enum Catalogue {
    static let entries: [CatalogueEntry] =
        replies + failures + help + switches + settings + conversations + status
        + permissions + library + models + usage

    private static let hostile = CatalogueEntry.hostile
    private static let prefix = CatalogueEntry.prefix
    private static let date = Date(timeIntervalSince1970: 1_769_861_100)

    private static let replies: [CatalogueEntry] =
        [
            .init("stopped") { $0.stopped },
            .init("brokenOff") { $0.brokenOff },
            .init("answerTooLong") { $0.answerTooLong },
            .init("interruptedTooOften") { $0.interruptedTooOften },
            .init("refusedAnswer") { $0.refusedAnswer },
            .init("emptyAnswer") { $0.emptyAnswer },
            .init("messageWithoutText") { $0.messageWithoutText },
            .init("answerInFiles", "1") { $0.answerInFiles(1) },
            .init("answerInFiles", "2") { $0.answerInFiles(2) },
            .init("fileNotPosted") { $0.fileNotPosted(hostile) },
            .init("messageTooLong") { $0.messageTooLong },
            .init("retiredPart") { $0.retiredPart },
            .init("encryptedRoom") { $0.encryptedRoom },
            .init("inviteDeclined") { $0.inviteDeclined },
            .init("tokens", "1") { $0.tokens(1) },
            .init("tokens", "12345") { $0.tokens(12_345) },
        ]
        + [AttachmentFailure.tooLarge(limit: 20), .encrypted, .gone, .unavailable]
        .map { failure in .init("sentence", "\(failure)") { $0.sentence(for: failure) } }

    private static let failures: [CatalogueEntry] =
        [PlatformError.Code.unavailable, .busy, .timedOut, .agentFailed, .protocolViolation, .frameTooLarge, .store]
        .map { code in .init("sentence", "\(code)") { $0.sentence(for: PlatformError(code, hostile)) } } + [
            .init("sentence", "agent's code") {
                $0.sentence(for: PlatformError(.agentFailed, hostile, agentCode: "E42"))
            },
            .init("sentence", "model") {
                $0.sentence(for: PlatformError.modelNotAllowed(hostile))
            },
            .init("internalFailure") { $0.internalFailure },
        ]
        + AgentProblem.allCases.map { problem in
            .init("sentence", problem.rawValue) { $0.sentence(for: problem) }
        }

    private static let help: [CatalogueEntry] =
        CommandName.allCases.map { name in
            .init("help", name.rawValue) { $0.commandDetails($0.help(for: name), prefix: prefix) }
        }
        + CommandParameter.Key.allCases.map { key in .init("meaning", key.rawValue) { $0.meaning(of: key) } } + [
            .init("commandList") { notices in
                notices.commandList(CommandName.allCases.map { notices.help(for: $0) }, prefix: prefix)
            },
            .init("commandDetails") {
                $0.commandDetails(CommandHelp(usage: hostile, summary: $0.stopped), prefix: prefix)
            },
            .init("unknownCommand") { $0.unknownCommand(hostile, prefix: prefix, suggestion: nil) },
            .init("unknownCommand", "suggestion") { $0.unknownCommand("hlep", prefix: prefix, suggestion: "help") },
            .init("usageError") { $0.usageError($0.help(for: .skill), prefix: prefix) },
        ]

    private static let switches: [CatalogueEntry] = [SwitchKind.skill, .safety].flatMap { kind -> [CatalogueEntry] in
        [
            .init("switches", "\(kind) none") { $0.switches(kind, [:], prefix: prefix) },
            .init("switches", "\(kind)") { $0.switches(kind, [hostile: true, "b": false], prefix: prefix) },
            .init("switched", "\(kind) on") { $0.switched(kind, hostile, isOn: true) },
            .init("switched", "\(kind) off") { $0.switched(kind, hostile, isOn: false) },
            .init("unknownSwitch", "\(kind)") {
                $0.unknownSwitch(kind, hostile, suggestion: hostile + "2", known: [hostile, "b"])
            },
        ]
    }

    private static let settings: [CatalogueEntry] = [
        .init("settings", "none") { $0.settings(UserSettings(), prefix: prefix) },
        .init("settings") {
            $0.settings(
                UserSettings(
                    skills: [hostile: true], connectors: [hostile: [:]], soul: [hostile: "x"],
                    safety: [hostile: true], plan: [hostile: hostile]
                ),
                prefix: prefix
            )
        },
        .init("soul", "none") { $0.soul([:], prefix: prefix) },
        .init("soul") { $0.soul([hostile: hostile], prefix: prefix) },
        .init("soulField", "not set") { $0.soulField(hostile, value: nil) },
        .init("soulSet") { $0.soulSet(hostile, value: hostile) },
        .init("soulCleared") { $0.soulCleared(hostile) },
        .init("soulNameTooLong") { $0.soulNameTooLong(maximumBytes: 64) },
        .init("soulValueTooLong") { $0.soulValueTooLong(maximumBytes: 4_096) },
        .init("soulFull") { $0.soulFull(maximumFields: 32) },
        .init("plan", "none") { $0.plan([]) },
        .init("plan") {
            $0.plan([ShownProperty(name: hostile, value: "x"), ShownProperty(name: "api_key", value: "secret")])
        },
        .init("connectors", "none") { $0.connectors([:]) },
        .init("connectors") { $0.connectors([hostile: [ShownProperty(name: hostile, value: "x")], "mail": []]) },
    ]

    private static let conversations: [CatalogueEntry] = [
        .init("welcome", "room") { $0.welcome(displayName: hostile, isDirectRoom: false, prefix: prefix) },
        .init("welcome", "direct") { $0.welcome(displayName: nil, isDirectRoom: true, prefix: prefix) },
        .init("newThread") { $0.newThread },
        .init("confirmReset") { $0.confirmReset(within: .seconds(300), prefix: prefix) },
        .init("wasReset") { $0.wasReset },
        .init("stopping", "1") { $0.stopping(turns: 1) },
        .init("stopping", "5") { $0.stopping(turns: 5) },
        .init("nothingToStop") { $0.nothingToStop },
        .init("retrying") { $0.retrying },
        .init("nothingToRetry") { $0.nothingToRetry },
        .init("stillAnswering") { $0.stillAnswering },
        .init("nothingToConfirm") { $0.nothingToConfirm },
        .init("confirmationExpired") { $0.confirmationExpired(command: hostile, prefix: prefix) },
        .init("declined") { $0.declined },
    ]

    private static let status: [CatalogueEntry] = [
        .init("status", "connected") { $0.status(bridgeStatus, isAgentConnected: true, model: hostile) },
        .init("status", "not connected") { $0.status(bridgeStatus, isAgentConnected: false, model: nil) },
        .init("whoami") { $0.whoami(matrixID: hostile, userID: hostile, since: date) },
        .init("context", "empty") {
            $0.context(threadID: hostile, startedAt: date, turns: 0, tokensUsed: 0, enabledSkills: [])
        },
        .init("context") {
            $0.context(threadID: hostile, startedAt: date, turns: 3, tokensUsed: 12_345, enabledSkills: [hostile])
        },
    ]

    private static let permissions: [CatalogueEntry] = [
        .init("notForStrangers") { $0.notForStrangers },
        .init("commandNotPermitted") { $0.commandNotPermitted(hostile, prefix: prefix) },
        .init("askingNotPermitted") { $0.askingNotPermitted(prefix: prefix) },
    ]

    private static let usage: [CatalogueEntry] =
        [
            .init("tokenUsage", "nothing") { $0.tokenUsage(UsageReport()) },
            .init("tokenUsage", "all") {
                $0.tokenUsage(
                    UsageReport(
                        today: UsageSum(tokens: 12_345, microdollars: 20_000), dailyLimit: 50_000,
                        month: UsageSum(tokens: 99_999, microdollars: 1_234_567_890, unpricedTokens: 1),
                        thread: UsageSum(tokens: 1, microdollars: 1),
                        everyone: .init(spent: 13_000, limit: 100_000)))
            },
            .init("tokenUsageUnknown") { $0.tokenUsageUnknown },
        ]
        + [SpentBudget.ofPerson, .ofEveryone].flatMap { budget -> [CatalogueEntry] in
            [
                .init("budgetSpent", "\(budget)") { $0.budgetSpent(budget, nil) },
                .init("budgetSpent", "\(budget) with numbers") {
                    $0.budgetSpent(budget, UsageReport.Budget(spent: 12_345, limit: 12_000))
                },
            ]
        }

    private static let library: [CatalogueEntry] = [
        .init("conversations") { notices in
            let titled = ListedConversation(number: 2, title: hostile, since: date, turns: 1, isCurrent: true)
            let foreign = ListedConversation(number: nil, title: nil, since: date, turns: 5, isCurrent: false)
            return notices.conversations([titled, foreign], within: nil, prefix: prefix)
        },
        .init("conversations", "asking") { notices in
            let listed = ListedConversation(number: 1, title: hostile, since: date, turns: 1, isCurrent: false)
            return notices.conversations([listed], within: .seconds(300), prefix: prefix)
        },
        .init("resumed") { $0.resumed(number: 2, title: hostile) },
        .init("resumed", "no title") { $0.resumed(number: 2, title: nil) },
        .init("conversationGone") { $0.conversationGone(prefix: prefix) },
        .init("noConversation") { $0.noConversation(hostile, prefix: prefix) },
        .init("renamed") { $0.renamed(hostile) },
        .init("archived") { $0.archived(number: 3) },
        .init("archivedCurrent") { $0.archivedCurrent },
        .init("saved") { $0.saved(hostile, prefix: prefix) },
        .init("nameUnusable") { $0.nameUnusable(maximumLength: 64) },
        .init("savesFull") { $0.savesFull(maximum: 40, prefix: prefix) },
        .init("noSaves") { $0.noSaves(prefix: prefix) },
        .init("saves") { $0.saves([ListedSave(number: 1, name: hostile, savedAt: date)], within: nil, prefix: prefix) },
        .init("saves", "asking") {
            $0.saves([ListedSave(number: 1, name: hostile, savedAt: date)], within: .seconds(300), prefix: prefix)
        },
        .init("chooseRemoval") {
            $0.chooseRemoval(
                [ListedSave(number: 1, name: hostile, savedAt: date)], within: .seconds(300), prefix: prefix)
        },
        .init("chooseSave") {
            $0.chooseSave(
                [ListedSave(number: 1, name: hostile, savedAt: date)], within: .seconds(300), prefix: prefix)
        },
        .init("noSave") { $0.noSave(hostile, prefix: prefix) },
        .init("loaded") { $0.loaded(hostile) },
        .init("removed") { $0.removed(hostile) },
        .init("noSuchChoice") { $0.noSuchChoice(maximum: 7) },
        .init("nothingToCancel") { $0.nothingToCancel },
    ]

    /// The name of a model is on one line; shown, it is as the other one.
    private static let hostileLine = hostile.replacing("\n", with: " ")
    private static let offered = OfferedModels(
        defaultName: "a",
        models: [
            OfferedModel(name: "a", title: hostileLine, contextTokens: 12_345), OfferedModel(name: hostileLine),
        ])

    private static let models: [CatalogueEntry] = [
        .init("models", "default") { $0.models(offered, chosen: nil, prefix: prefix) },
        .init("models", "chosen") { $0.models(offered, chosen: hostileLine, prefix: prefix) },
        .init("models", "gone") { $0.models(offered, chosen: hostile, prefix: prefix) },
        .init("modelChosen") { $0.modelChosen(OfferedModel(name: hostile)) },
        .init("defaultModelChosen") { $0.defaultModelChosen(hostile) },
        .init("defaultModelChosen", "unknown") { $0.defaultModelChosen(nil) },
        .init("unknownModel") { $0.unknownModel(hostile, suggestion: nil, offered, prefix: prefix) },
        .init("unknownModel", "suggestion") { $0.unknownModel(hostile, suggestion: "a", offered, prefix: prefix) },
        .init("noModelChoice") { $0.noModelChoice(chosen: nil, prefix: prefix) },
        .init("noModelChoice", "chosen") { $0.noModelChoice(chosen: hostile, prefix: prefix) },
    ]

    private static let bridgeStatus = BridgeStatus(
        version: CatalogueEntry.hostile, uptime: .seconds(93_700), rooms: 3, openTurnsInRoom: 1, openTurns: 2)
}
