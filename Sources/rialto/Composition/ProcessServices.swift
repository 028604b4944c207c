import Logging
import ServiceLifecycle
import UnixSignals

/// Runs a service as the work of the process.
enum ProcessServices {
    /// How long a shutdown may take beyond the drain limit before what still runs is cancelled.
    static let shutdownMargin: Duration = .seconds(15)

    /// Runs until the service ends, or SIGTERM or SIGINT has shut it down; throws what it failed with.
    static func run(_ service: any Service, drainLimit: Duration, logger: Logger) async throws {
        var configuration = ServiceGroupConfiguration(
            services: [
                .init(
                    service: service,
                    successTerminationBehavior: .gracefullyShutdownGroup,
                    failureTerminationBehavior: .cancelGroup
                )
            ],
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: logger
        )
        configuration.maximumGracefulShutdownDuration = drainLimit + shutdownMargin
        try await ServiceGroup(configuration: configuration).run()
    }
}
