import Logging
import MatrixClient
import PlatformSDK
import SQLiteStore

/// Everything that the bridge's services are made from.
struct BridgeResources: Sendable {
    /// The settings.
    let configuration: Configuration
    /// The account at the homeserver.
    let session: MatrixSession
    /// The open database.
    let database: BridgeDatabase
    /// The platform.
    let platform: any PlatformClient
    /// The log.
    let logger: Logger
    /// Called once, when the first sync has been stored.
    let whenReady: @Sendable () -> Void
}
