import Synchronization

/// Calls back at moments, on a thread that the whole process shares.
///
/// A sleeping task would do the same, but cancelling it does not take its timer back: a deadline of half an hour that was
/// never needed would be kept, and wake the process, half an hour later. Here what is cancelled is gone.
final class AlarmClock: Sendable {
    static let shared = AlarmClock()

    /// An alarm that was set.
    struct Alarm: Hashable {
        fileprivate let number: UInt64
    }

    private struct State {
        var pipe: WakePipe?
        var lastNumber: UInt64 = 0
        var alarms: [Alarm: (moment: ContinuousClock.Instant, action: @Sendable () -> Void)] = [:]
        /// When the thread looks again by itself; nil when it waits for the first alarm.
        var nextLook: ContinuousClock.Instant?
    }

    private let state = Mutex(State())

    /// Sees to it that the thread runs; alarms that were set before are kept for it.
    ///
    /// - Throws: ``PostgresError/connectionFailed(_:)`` when the system has no thread or descriptor left.
    func start() throws {
        try state.withLock { state in
            guard state.pipe == nil else { return }
            let pipe = try WakePipe()
            guard DetachedThread.start({ self.loop(pipe) }) else {
                throw PostgresError.connectionFailed(ConnectFailure("no thread could be started"))
            }
            state.pipe = pipe
        }
    }

    /// Sets an alarm.
    ///
    /// - Parameters:
    ///   - moment: when.
    ///   - action: what is to be done then; quickly, for all alarms share the thread.
    /// - Returns: what ``cancel(_:)`` needs.
    func set(at moment: ContinuousClock.Instant, _ action: @escaping @Sendable () -> Void) -> Alarm {
        state.withLock { state in
            state.lastNumber += 1
            let alarm = Alarm(number: state.lastNumber)
            state.alarms[alarm] = (moment, action)
            if state.nextLook.map({ moment < $0 }) ?? true { state.pipe?.wake() }
            return alarm
        }
    }

    /// Takes an alarm back; it may be going off at this moment all the same.
    func cancel(_ alarm: Alarm) {
        state.withLock { _ = $0.alarms.removeValue(forKey: alarm) }
    }

    private func loop(_ pipe: WakePipe) {
        while true {
            let now = ContinuousClock.now
            let (due, next) = state.withLock { state in
                let due = state.alarms.filter { $0.value.moment <= now }
                for alarm in due.keys { state.alarms[alarm] = nil }
                state.nextLook = state.alarms.values.map(\.moment).min()
                return (due.values.map(\.action), state.nextLook)
            }
            for action in due { action() }
            Waiter.sleep(until: pipe, orAt: next)
        }
    }
}
