/// Decides what systemd must be told, from what the process does and what was told before.
package struct NotificationFeed: Sendable {
    private let extraTime: Duration
    private let isWatched: Bool
    private var isReadyTold = false
    private var isReloadingTold = false
    /// How many readings of the configuration systemd knows of, or need not know of.
    private var reloadsTold = 0
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
    /// - Returns: what is to be sent now, in one message; nothing is fed while a loop hangs. After a message that says that
    ///   the configuration is read again another one may be due at once.
    package func due(_ situation: Supervision.Situation, at now: Duration) -> [ServiceNotification] {
        var due: [ServiceNotification] = []
        if situation.isReady, !isReadyTold { due.append(.ready) }
        // Before the first `READY=1` systemd would not understand that something begins anew. Beginning and end need a
        // message each, though both may have come since the last one: of two states in one message only the last counts.
        if isReadyTold, isReloadingTold, !situation.isReloading {
            due.append(.ready)
        } else if isReadyTold, situation.reloads != reloadsTold {
            due.append(.reloading(at: now))
        }
        if situation.line != toldLine { due.append(.status(situation.line)) }
        guard situation.overdue.isEmpty else { return due }
        if !situation.isReady, !isReadyTold { due.append(.extendTimeout(extraTime)) }
        if isWatched { due.append(.watchdog) }
        return due
    }

    /// Takes note of what systemd has.
    ///
    /// - Parameters:
    ///   - sent: what was due.
    ///   - situation: what it was due in.
    package mutating func note(_ sent: [ServiceNotification], in situation: Supervision.Situation) {
        for notification in sent {
            switch notification {
            case .ready:
                if !isReadyTold, !situation.isReloading { reloadsTold = situation.reloads }
                (isReadyTold, isReloadingTold) = (true, false)
            case .reloading:
                (isReloadingTold, reloadsTold) = (true, situation.reloads)
            case .status(let line): toldLine = line
            default: break
            }
        }
    }
}
