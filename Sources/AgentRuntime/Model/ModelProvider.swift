package import PlatformSDK

/// A service that runs a language model.
package protocol ModelProvider: Sendable {
    /// The provider's stable name, such as `anthropic`: the `provider_id` of a response.
    var id: String { get }

    /// The model that answers requests which name none; empty where the provider has none of its own.
    var defaultModel: String { get }

    /// Asks the model and returns its answer as it is made; throws `ModelError`, here or out of the sequence.
    ///
    /// A complete answer ends with `finish`; a sequence that ends without it has thrown. Cancelling the reading task, or
    /// letting go of the sequence, gives the request up. Nothing is retried here.
    func stream(_ request: ModelRequest) async throws -> ReplySequence<ModelEvent>
}
