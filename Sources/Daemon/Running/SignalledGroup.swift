import Logging
import ServiceLifecycle

/// Runs one service until it ends by itself or a signal asks it to.
struct SignalledGroup {
    let logger: Logger

    /// - Parameter service: what to run.
    /// - Throws: what the service throws, and `CommandFailure` when it was asked a second time to stop.
    func run(_ service: some Service) async throws {
        var configuration = ServiceGroupConfiguration(
            services: [
                // Services end in the reverse order, so this one hears signals until the other has ended.
                .init(service: SecondSignalService(), failureTerminationBehavior: .cancelGroup),
                .init(
                    service: service, successTerminationBehavior: .gracefullyShutdownGroup,
                    failureTerminationBehavior: .gracefullyShutdownGroup),
            ],
            gracefulShutdownSignals: SecondSignalService.signals,
            logger: logger)
        configuration.maximumGracefulShutdownDuration = ServiceGroup.longestGrace
        try await ServiceGroup(configuration: configuration).run()
    }
}
