package import Logging

/// How a provider's requests are watched over.
package struct ProviderOptions: Sendable {
    /// The longest silence of a provider before a request is given up; a model may think for minutes without a word.
    package var stallLimit: Duration
    /// The clock that the limit runs on.
    package var clock: any Clock<Duration>
    /// Where the names of requests, the provider's limits and odd events are logged.
    package var logger: Logger

    /// Collects the options; the defaults suit every provider.
    package init(
        stallLimit: Duration = .seconds(300),
        clock: any Clock<Duration> = ContinuousClock(),
        logger: Logger = Logger(label: "rialto.model")
    ) {
        self.stallLimit = stallLimit
        self.clock = clock
        self.logger = logger
    }
}
