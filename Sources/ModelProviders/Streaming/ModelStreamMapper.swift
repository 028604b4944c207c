import AgentRuntime
import HTTP

/// Turns the events of one provider's stream into the model's events: a value that does no I/O.
protocol ModelStreamMapper: Sendable {
    /// The events that the provider did not describe when this was written, or that mean nothing here.
    var ignoredEvents: Int { get }
    /// Whether the answer is complete; what follows is not read.
    var isComplete: Bool { get }

    /// What the event means.
    ///
    /// - Throws: `StreamFailure` where the event reports a failure, or is no JSON.
    mutating func map(_ event: ServerSentEvent) throws(StreamFailure) -> [ModelEvent]

    /// What the end of the stream means.
    ///
    /// - Throws: `StreamFailure.truncated` where the answer is not complete.
    mutating func finish() throws(StreamFailure) -> [ModelEvent]
}

/// Why a stream ended without its answer, before anybody has put it into words.
enum StreamFailure: Error, Hashable {
    /// The provider reported a failure.
    case reported(ProviderFailure)
    /// An event's data is not JSON.
    case unreadable
    /// The stream ended before the answer did.
    case truncated
    /// The bytes are no UTF-8.
    case invalidText
    /// A line or an event is larger than the parser takes.
    case oversized
}

extension ModelStreamMapper {
    mutating func finish() throws(StreamFailure) -> [ModelEvent] {
        guard isComplete else { throw .truncated }
        return []
    }
}

extension ServerSentEvent {
    /// The data as an object.
    func object() throws(StreamFailure) -> JSON {
        guard let json = JSONReader.read(data), json.members != nil else { throw .unreadable }
        return json
    }
}
