import Bridge
package import Foundation
import GRDB
import MatrixAPI

/// The bridge's memory in SQLite.
///
/// Each function is one transaction; one that writes is durable when it returns and is not undone by cancellation.
/// After `pruneContent` an event of the outbox has an empty object as content; all else stays as it was.
package struct SQLiteBridgeStore: BridgeStore {
    /// Where everything is stored.
    let database: BridgeDatabase
    /// The time, as it is stored with what is begun, settled and concluded.
    let now: @Sendable () -> Date

    /// Creates a store over an open database.
    package init(database: BridgeDatabase, now: @escaping @Sendable () -> Date = { Date() }) {
        self.database = database
        self.now = now
    }
}
