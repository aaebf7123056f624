import Logging
import ServiceLifecycle

extension ServiceGroup {
    /// After this what is not finished is rolled back: below the 10 seconds that are promised, since that takes time, too.
    static let longestGrace = Duration.seconds(8)

    /// A group that ends as a whole when any of its services does, each given time to finish.
    ///
    /// - Parameters:
    ///   - services: the last one is the first to be asked to end.
    ///   - logger: for the group.
    /// - Returns: a group that listens to no signal.
    static func together(_ services: [any Service], logger: Logger) -> ServiceGroup {
        var configuration = ServiceGroupConfiguration(
            services: services.map {
                .init(
                    service: $0, successTerminationBehavior: .gracefullyShutdownGroup,
                    failureTerminationBehavior: .gracefullyShutdownGroup)
            },
            logger: logger)
        configuration.maximumGracefulShutdownDuration = longestGrace
        return ServiceGroup(configuration: configuration)
    }
}
