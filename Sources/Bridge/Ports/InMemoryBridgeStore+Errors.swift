extension InMemoryBridgeStore {
    /// A call named a record that the store does not have.
    package struct UnknownRecord: Error, CustomStringConvertible {
        /// What is missing.
        package let description: String
    }
}
