/// Decides what systemd must be told, from what the process does and what was told before.
package struct NotificationFeed: Sendable {
    private let extraTime: Duration
    private let isWatched: Bool
    private var isReadyTold = false
    private var isReloadingTold = false
    private var toldLine: String?

    /// - Parameters:
    ///   - more: how much longer the start may take whenever that is asked for.
    ///   - isWatched: whether systemd's watchdog is to be fed.
    package init(extendingBy more: Duration, isWatched: Bool) {
        extraTime = more
        self.isWatched = isWatched
    }

    /// - Parameters:
    ///   - situation: what the process does.
    ///   - now: time of `CLOCK_MONOTONIC`.
    /// - Returns: what is to be sent now; nothing is fed while a loop hangs.
    package func due(_ situation: Supervision.Situation, at now: Duration) -> [ServiceNotification] {
        var due: [ServiceNotification] = []
        if situation.isReady, !isReadyTold { due.append(.ready) }
        // Before the first `READY=1` systemd would not understand that something begins anew.
        if isReadyTold, situation.isReloading != isReloadingTold {
            due.append(situation.isReloading ? .reloading(at: now) : .ready)
        }
        if situation.line != toldLine { due.append(.status(situation.line)) }
        guard situation.overdue.isEmpty else { return due }
        if !situation.isReady, !isReadyTold { due.append(.extendTimeout(extraTime)) }
        if isWatched { due.append(.watchdog) }
        return due
    }

    /// Takes note of what systemd has.
    package mutating func note(_ sent: [ServiceNotification]) {
        for notification in sent {
            switch notification {
            case .ready: (isReadyTold, isReloadingTold) = (true, false)
            case .reloading: isReloadingTold = true
            case .status(let line): toldLine = line
            default: break
            }
        }
    }
}
