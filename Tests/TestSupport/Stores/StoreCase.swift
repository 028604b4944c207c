import Testing

/// One behaviour that every store of a port must show, for a parameterized test over all of them.
package struct StoreCase<Store: Sendable>: Sendable, CustomTestStringConvertible {
    /// What the store does.
    package let name: String
    private let body: @Sendable (Store) async throws -> Void

    /// The name, for the test's report.
    package var testDescription: String { name }

    /// Checks the behaviour of an empty store.
    package func check(_ store: Store) async throws {
        try await body(store)
    }

    /// Names a behaviour and says how to check it.
    init(_ name: String, _ body: @escaping @Sendable (Store) async throws -> Void) {
        self.name = name
        self.body = body
    }
}
