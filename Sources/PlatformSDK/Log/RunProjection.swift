/// Folds what a reader of a run gets into the run's snapshot.
public struct RunProjection: Sendable {
    // Apart from each other, so that the response grows in place instead of being copied with each event.
    private var response: Response?
    private var asOf: LogCursor

    /// Begins with what is known already, or with nothing.
    public init(_ snapshot: RunSnapshot? = nil) {
        response = snapshot?.response
        asOf = snapshot?.asOf ?? .start
    }

    /// The run as it is so far; nil before its first event.
    public var snapshot: RunSnapshot? { response.map { RunSnapshot(response: $0, asOf: asOf) } }

    /// Where to read on from.
    public var cursor: LogCursor { asOf }

    /// Takes a frame in.
    public mutating func apply(_ frame: LogFrame) {
        switch frame {
        case .event(let event):
            apply(event)
        case .reset(let snapshot):
            response = snapshot.response
            asOf = snapshot.asOf
        }
    }

    /// Takes an event in, as it stands in the log: in order.
    public mutating func apply(_ event: StreamEvent) {
        if response?.apply(event) == nil { response = Response(beginning: event) }
        asOf = LogCursor(after: event)
    }
}
