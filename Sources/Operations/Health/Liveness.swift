import Synchronization

/// Whether the work's loops make progress: each gives a sign at least as often as it said that it would.
///
/// Time is that of the machine while it is awake: neither a simulated clock nor a suspended machine makes a loop late.
package final class Liveness: Sendable {
    /// Longer than anything that gives no sign on the way and may take its time: an answer being read and a store of a
    /// whole window may take half an hour each.
    package static let patience = Duration.seconds(3_600)

    private struct Sign {
        var moment: SuspendingClock.Instant
        var patience: Duration
    }

    private let signs = Mutex<[String: Sign]>([:])

    package init() {}

    /// Takes note of a sign of life.
    ///
    /// - Parameters:
    ///   - loop: which loop gives it: `source acme`.
    ///   - patience: how long the next one may take.
    ///   - moment: when it was given.
    package func sign(
        of loop: String, nextWithin patience: Duration = patience, at moment: SuspendingClock.Instant = .now
    ) {
        signs.withLock { $0[loop] = Sign(moment: moment, patience: patience) }
    }

    /// A loop has ended, as it should.
    package func end(of loop: String) {
        signs.withLock { $0[loop] = nil }
    }

    /// The loops that should have given a sign by now, with how long it is since they did, in the order of their names.
    package func overdue(at moment: SuspendingClock.Instant = .now) -> [(loop: String, silence: Duration)] {
        signs.withLock { signs in
            signs.filter { moment - $0.value.moment > $0.value.patience }
                .map { (loop: $0.key, silence: moment - $0.value.moment) }
                .sorted { $0.loop < $1.loop }
        }
    }
}
