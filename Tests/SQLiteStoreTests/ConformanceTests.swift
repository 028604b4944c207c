import Bridge
import PlatformSDK
import SQLiteStore
import TestSupport
import Testing

@Suite struct ConformanceTests {
    @Test(arguments: BridgeStoreConformance.cases)
    func `the SQLite bridge store`(_ behaviour: BridgeStoreConformance.Case) async throws {
        try await withDatabase { try await behaviour.check(SQLiteBridgeStore(database: $0)) }
    }

    @Test(arguments: BridgeStoreConformance.cases)
    func `the in-memory bridge store`(_ behaviour: BridgeStoreConformance.Case) async throws {
        try await behaviour.check(InMemoryBridgeStore())
    }

    @Test(arguments: StateStoreConformance.cases)
    func `the prototype state store`(_ behaviour: StateStoreConformance.Case) async throws {
        try await withDatabase { database in
            let store = PrototypeStateStore(database: database, initial: StateStoreConformance.initial)
            try await behaviour.check(store)
        }
    }
}
