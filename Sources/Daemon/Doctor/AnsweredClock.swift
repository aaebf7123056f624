import FoundationEssentials
import Operations
import Synchronization
import Timekeeping
import Transport
import UsageDomain

/// How far the clock of a vendor, as its answers tell, is from ours.
final class AnsweredClock: Sendable {
    /// Clocks that differ by less need nobody's attention.
    private static let tolerance = Duration.seconds(60)
    /// Days would be cut and tokens be kept by a wrong clock.
    private static let limit = Duration.seconds(15 * 60)

    private let timekeeper: Timekeeper
    /// Of the last answer that told the time: positive when the vendor is ahead.
    private let difference = Mutex<Duration?>(nil)

    init(_ timekeeper: Timekeeper) {
        self.timekeeper = timekeeper
    }

    /// Takes note of an answer.
    @Sendable func note(_ head: HTTPReplyHead) {
        guard let date = head.date else { return }
        let seconds = date.timeIntervalSince(timekeeper.date)
        difference.withLock { $0 = .seconds(seconds) }
    }

    /// Whether the clocks differ by more than anything works with.
    var isOff: Bool { size.map { $0 > Self.limit } ?? false }

    private var size: Duration? {
        difference.withLock { $0 }.map { $0 < .zero ? .zero - $0 : $0 }
    }

    func finding(of source: String) -> Finding {
        guard let size, let difference = difference.withLock({ $0 }) else {
            return .skipped("clock", of: source, because: "no answer told the time")
        }
        guard size > Self.tolerance else { return .ok("clock", of: source, "agrees with the vendor's") }
        let text = "this machine's clock is \(size.inWords) \(difference < .zero ? "ahead of" : "behind") the vendor's"
        let remedy = "set it by NTP (timedatectl set-ntp true)"
        guard isOff else { return .warning("clock", of: source, text, remedy: remedy) }
        return .fault("clock", of: source, text, remedy: remedy, .source(.unavailable))
    }
}
