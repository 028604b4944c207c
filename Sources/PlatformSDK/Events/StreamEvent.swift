/// One change to a run's `Response`: what writers append to the event log and readers fold.
public struct StreamEvent: Hashable, Sendable {
    /// The event's own id, unique everywhere.
    public var eventID: String
    /// The run that it belongs to; also the id of the run's `Response`.
    public var runID: String
    /// Its place in the run, from 1 without gaps; attempts do not begin anew.
    public var seq: Int
    /// Which owner of the run wrote it, from 1; a higher one supersedes all lower ones.
    public var attempt: Int
    /// When it was written, in milliseconds since 1970.
    public var timestamp: Int64
    /// The span that wrote it.
    public var traceContext: TraceContext
    /// What changes.
    public var payload: Payload

    /// Creates an event.
    public init(
        eventID: String,
        runID: String,
        seq: Int,
        attempt: Int = 1,
        timestamp: Int64,
        traceContext: TraceContext,
        payload: Payload
    ) {
        self.eventID = eventID
        self.runID = runID
        self.seq = seq
        self.attempt = attempt
        self.timestamp = timestamp
        self.traceContext = traceContext
        self.payload = payload
    }

    /// What an event changes.
    public enum Payload: Hashable, Sendable {
        /// A response, or a new attempt at it, begins.
        case responseStart(ResponseStart)
        /// An item begins.
        case itemStart(ItemStart)
        /// An item grows.
        case itemDelta(ItemDelta)
        /// An item is complete.
        case itemDone(ItemDone)
        /// An item failed.
        case itemError(ItemError)
        /// An item was given up.
        case itemCancelled(ItemCancelled)
        /// The tokens so far; replaces what was known.
        case usageUpdate(Usage)
        /// The response ended as its writer meant it to.
        case responseDone(ResponseDone)
        /// The response failed.
        case responseError(ResponseError)
        /// A person stopped the turn.
        case turnAbortedByUser(TurnAborted)
        /// The connection lives; never logged, and takes no `seq` of its own.
        case heartbeat
        /// An event of a type that this version does not know, with the JSON of its payload.
        case unknown(type: String, json: OpaqueJSON)
    }

    /// The payload's `type` in JSON.
    public var type: String { payload.type }

    /// Whether this event ends its run.
    public var isTerminal: Bool {
        switch payload {
        case .responseDone, .responseError, .turnAbortedByUser: true
        default: false
        }
    }
}

extension StreamEvent.Payload {
    /// The payload's `type` in JSON.
    public var type: String {
        switch self {
        case .responseStart: "response_start"
        case .itemStart: "item_start"
        case .itemDelta: "item_delta"
        case .itemDone: "item_done"
        case .itemError: "item_error"
        case .itemCancelled: "item_cancelled"
        case .usageUpdate: "usage_update"
        case .responseDone: "response_done"
        case .responseError: "response_error"
        case .turnAbortedByUser: "turn_aborted_by_user"
        case .heartbeat: "heartbeat"
        case .unknown(let type, _): type
        }
    }
}
