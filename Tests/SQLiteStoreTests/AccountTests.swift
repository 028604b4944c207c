import MatrixAPI
import SQLiteStore
import TestSupport
import Testing

@Suite struct AccountTests {
    @Test func aDatabaseBelongsToTheAccountThatUsedItFirst() async throws {
        try await withDatabase { database in
            let store = SQLiteBridgeStore(database: database)
            try await store.claim(for: "@rialto:example.org")
            try await store.claim(for: "@rialto:example.org")
            let error = await #expect(throws: StoreError.self) { try await store.claim(for: "@other:example.org") }
            #expect(error?.code == .otherAccount)
            #expect(error?.message.contains("@rialto:example.org") == true)
            #expect(error?.isRetryable == false)
        }
    }
}
