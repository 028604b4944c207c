/// One event of an event stream (WHATWG HTML, section 9.2.6).
package struct ServerSentEvent: Hashable, Sendable {
    /// The last event id so far, which an event without its own inherits; empty if there was none.
    package var id: String
    /// The event's type; `message` unless the stream says otherwise.
    package var event: String
    /// The data lines, joined by line feeds.
    package var data: String
    /// The reconnection time in milliseconds, if this event's block set one.
    package var retry: Int?

    /// Makes an event.
    package init(id: String = "", event: String = "message", data: String, retry: Int? = nil) {
        self.id = id
        self.event = event
        self.data = data
        self.retry = retry
    }
}
