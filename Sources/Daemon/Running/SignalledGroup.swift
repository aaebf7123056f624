import ServiceLifecycle

/// Runs one service until it ends by itself or a signal asks it to, and tells systemd what it does.
struct SignalledGroup {
    let program: Program

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
            logger: program.logger)
        if let notification = NotificationService(program) {
            // The last of the list is told first that the process ends.
            configuration.services.append(.init(service: notification, successTerminationBehavior: .ignore))
        }
        configuration.maximumGracefulShutdownDuration = ServiceGroup.longestGrace
        try await ServiceGroup(configuration: configuration).run()
    }
}
