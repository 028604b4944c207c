import AgentRuntime
import HTTP

/// From the bytes of one response to the model's events: UTF-8, event stream and mapper in one value.
///
/// After a failure or the end of the answer it takes nothing more.
struct ModelStreamReader<Mapper: ModelStreamMapper>: Sendable {
    /// What bytes brought: events, and the failure that ended the stream behind them.
    struct Step {
        var events: [ModelEvent] = []
        var failure: StreamFailure?
    }

    private(set) var mapper: Mapper
    private var validator = UTF8Validator()
    private var parser = SSEParser()
    private var hasFailed = false

    /// Whether the answer is complete, or has failed.
    var isComplete: Bool { hasFailed || mapper.isComplete }
    /// How many events meant nothing.
    var ignoredEvents: Int { mapper.ignoredEvents }

    /// Starts a new stream.
    init(mapper: Mapper) {
        self.mapper = mapper
    }

    /// Takes the next bytes.
    mutating func feed(_ bytes: [UInt8]) -> Step {
        var step = Step()
        guard !isComplete else { return step }
        let valid = validator.accept(bytes)
        do throws(HTTPError) {
            // What stands before a broken byte is still read.
            let events = try parser.feed(valid == bytes.count ? bytes : Array(bytes.prefix(valid)))
            for event in events where !isComplete { read(event, into: &step) }
        } catch {
            fail(.oversized, &step)
        }
        if valid < bytes.count, !isComplete { fail(.invalidText, &step) }
        return step
    }

    /// Takes the end of the bytes.
    mutating func finish() -> Step {
        var step = Step()
        guard !isComplete else { return step }
        do throws(StreamFailure) {
            step.events = try mapper.finish()
        } catch {
            fail(error, &step)
        }
        return step
    }

    private mutating func read(_ event: ServerSentEvent, into step: inout Step) {
        do throws(StreamFailure) {
            step.events += try mapper.map(event)
        } catch {
            fail(error, &step)
        }
    }

    private mutating func fail(_ failure: StreamFailure, _ step: inout Step) {
        hasFailed = true
        step.failure = failure
    }
}
