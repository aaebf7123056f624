import Timekeeping
import UsageDomain

/// Says when the windows of a source are left although they are not done.
struct SourceTurn: Sendable {
    let hold: SourceHold
    let scope: PassScope
    /// For how long a scheduled pass takes windows of backfill; nil: as long as there are any.
    let length: Duration?
    let timekeeper: Timekeeper
    let began: Duration

    /// Takes away those windows of the queue that must be left now.
    ///
    /// - Returns: what was taken away, to be planned again.
    func leave(_ queue: inout WindowQueue, of planned: [PlannedWindow]) -> [Window] {
        if hold.isForfeited { return queue.remove { _ in true } }
        switch scope {
        case .once, .backfill:
            // Whoever waits is first in the server's queue; the rest goes on after it.
            return hold.isDue ? queue.remove { _ in true } : []
        case .scheduled:
            // New days have become due, and go before what is left of the backfill. Who waits gets its turn between.
            guard let length, timekeeper.now - began >= length else { return [] }
            let backfill = Set(planned.filter { $0.priority == .backfill }.map(\.window))
            return queue.remove(where: backfill.contains)
        }
    }
}
