import Synchronization
package import UsageDomain
import Warehouse

/// Counts the requests that are sent to a source's vendor, until they are written down.
package final class SentRequests: Sendable {
    private let days = Mutex<[Day: RequestCount]>([:])

    package init() {}

    /// Takes note of a request that has ended.
    ///
    /// - Parameters:
    ///   - status: of its answer; nil when there was none.
    ///   - day: the UTC day.
    package func note(status: Int?, on day: Day) {
        days.withLock {
            $0[day, default: RequestCount()] += RequestCount(requests: 1, throttled: status == 429 ? 1 : 0)
        }
    }

    /// Hands over what was counted since the last time.
    func take() -> [Day: RequestCount] {
        days.withLock { days in
            defer { days = [:] }
            return days
        }
    }

    /// Takes back what could not be written down.
    func giveBack(_ counts: [Day: RequestCount]) {
        days.withLock { $0.merge(counts) { $0 + $1 } }
    }
}
