import FoundationEssentials
import Operations
import ServiceLifecycle

/// Tells systemd what the process does, from its start until it begins to end.
struct NotificationService: Service, CustomStringConvertible {
    private let notifier: ServiceNotifier

    /// Nil when systemd does not listen.
    init?(_ program: Program) {
        let environment = ProcessInfo.processInfo.environment
        guard let socket = NotificationSocket(environment: environment) else { return nil }
        notifier = ServiceNotifier(
            socket: socket, watchdog: WatchdogInterval.stated(in: environment),
            supervision: program.monitor.supervision,
            timekeeper: Program.systemTime, logger: program.logger)
    }

    var description: String { "notification" }

    func run() async throws {
        await cancelWhenGracefulShutdown { await notifier.run() }
    }
}
