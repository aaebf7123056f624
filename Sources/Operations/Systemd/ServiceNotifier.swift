package import Logging
package import Timekeeping

/// Tells systemd what the process does: at once when that changes, and often enough for the watchdog.
package struct ServiceNotifier: Sendable {
    private let socket: NotificationSocket
    private let supervision: Supervision
    private let beat: Duration
    private let isWatched: Bool
    private let timekeeper: Timekeeper
    private let logger: Logger

    /// Between two messages at most; the start may take three times as long each time.
    private static let longestBeat = Duration.seconds(60)

    /// - Parameters:
    ///   - socket: where systemd listens.
    ///   - watchdog: the longest time between two messages; nil when nobody watches.
    ///   - supervision: knows what the process does; nobody else may read its changes.
    ///   - timekeeper: on the clock that the supervision reads.
    ///   - logger: is told which loops hang.
    package init(
        socket: NotificationSocket, watchdog: Duration?, supervision: Supervision, timekeeper: Timekeeper,
        logger: Logger
    ) {
        self.socket = socket
        self.supervision = supervision
        // The half, as sd_watchdog_enabled(3) advises.
        beat = watchdog.map { min($0 / 2, Self.longestBeat) } ?? Self.longestBeat
        isWatched = watchdog != nil
        self.timekeeper = timekeeper
        self.logger = logger
    }

    /// Tells until the task is cancelled, then that the process ends.
    package func run() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await keepTelling() }
            group.addTask { await keepBeating() }
            await group.waitForAll()
        }
        _ = socket.send([.stopping, .status("stopping")])
    }

    private func keepBeating() async {
        while (try? await timekeeper.sleep(for: beat)) != nil { supervision.lookAgain() }
    }

    private func keepTelling() async {
        var feed = NotificationFeed(extendingBy: beat * 3, isWatched: isWatched)
        var isHanging = false
        for await _ in supervision.changes {
            let situation = supervision.situation
            if isHanging != !situation.overdue.isEmpty {
                isHanging.toggle()
                tell(ofHanging: situation.overdue)
            }
            while true {
                let due = feed.due(situation, at: MonotonicClock.now)
                guard !due.isEmpty, socket.send(due) else { break }
                feed.note(due, in: situation)
                guard due.contains(where: \.isReloading) else { break }
            }
        }
    }

    private func tell(ofHanging loops: [WorkLoop]) {
        guard !loops.isEmpty else { return logger.notice("work goes on again") }
        logger.critical(
            "work hangs, systemd is left to end the process",
            metadata: ["loops": "\(loops.map(\.description).joined(separator: ", "))"])
    }
}
