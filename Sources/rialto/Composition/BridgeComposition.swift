import Bridge
import Foundation
import Logging
import MatrixClient
import MatrixMarkdown
import SQLiteStore
import ServiceLifecycle

/// The services that carry messages between Matrix and the platform.
enum BridgeComposition {
    /// Puts the bridge together, in the order in which its services start; intake comes last.
    static func services(_ resources: BridgeResources) async throws -> [any Service] {
        let homeserver = MatrixHomeserver(resources.session)
        let store = SQLiteBridgeStore(database: resources.database)
        try await store.claim(for: homeserver.userID)
        // Without a display name people can still address the bot by its Matrix id.
        let displayName = (try? await homeserver.displayName(of: homeserver.userID)) ?? nil
        let directory = URL(fileURLWithPath: resources.configuration.store.directory.path, isDirectory: true)
        let attachments = directory.appendingPathComponent("attachments").path
        let bridge = BridgeService(
            configuration: bridgeConfiguration(resources.configuration.bridge, displayName: displayName),
            homeserver: homeserver,
            store: store,
            platform: resources.platform,
            attachments: MediaDownloads(
                session: resources.session,
                directory: attachments,
                limitMegabytes: resources.configuration.bridge.attachmentLimitMegabytes
            ),
            shelf: SharedFiles(
                workspace: resources.configuration.agent.workspace?.path,
                directory: attachments,
                limitMegabytes: resources.configuration.bridge.attachmentLimitMegabytes
            ),
            markdown: CMarkRenderer(),
            notices: resources.configuration.bridge.language.notices,
            logger: resources.logger
        )
        try await bridge.prepare()
        let sync = SyncLoop(
            session: resources.session,
            consumer: bridge.intake,
            logger: resources.logger,
            whenReady: resources.whenReady
        )
        let housekeeping: [any Service] = [
            StoreHousekeeping(store: store, attachments: attachments, logger: resources.logger),
            IdleMemory(logger: resources.logger),
            ProfilePublication(
                configuration: resources.configuration.matrix,
                session: resources.session,
                store: ProfileStore(database: resources.database),
                logger: resources.logger
            ),
        ]
        return housekeeping + [bridge, sync]
    }

    private static func bridgeConfiguration(
        _ configuration: Configuration.Bridge,
        displayName: String?
    ) -> BridgeConfiguration {
        BridgeConfiguration(
            allowed: configuration.allow,
            invites: configuration.effectiveInvites,
            strangers: configuration.strangers,
            permissions: PermissionPolicy(configuration.rules?.rules ?? []),
            welcomes: configuration.welcome,
            commandPrefix: configuration.commandPrefix,
            offersCommands: configuration.typedCommands,
            showsTokens: configuration.showTokens,
            displayName: displayName,
            editPolicy: EditPolicy(interval: .milliseconds(configuration.editIntervalMilliseconds)),
            budget: SendBudget(burst: configuration.editBurst, rate: configuration.editsPerSecond),
            drainLimit: .seconds(configuration.drainSeconds),
            mergeWindow: configuration.mergeMessages ? .milliseconds(configuration.mergeWindowMilliseconds) : nil,
            firstStartMaximumAge: .seconds(configuration.firstStartMaximumAgeMinutes * 60),
            version: Version.current
        )
    }
}
