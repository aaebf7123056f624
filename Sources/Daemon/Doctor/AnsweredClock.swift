import FoundationEssentials
import Operations
import Synchronization
import Timekeeping
import Transport
import UsageDomain

/// How far the clock of a vendor, as its answers tell, is from ours.
final class AnsweredClock: Sendable {
    /// What its findings are called.
    static let name = "clock"
    static let remedy = "set it by NTP (timedatectl set-ntp true)"
    /// Clocks that differ by less need nobody's attention.
    private static let tolerance = Duration.seconds(60)

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

    private var size: Duration? {
        difference.withLock { $0 }.map { $0 < .zero ? .zero - $0 : $0 }
    }

    func finding(of source: String) -> Finding {
        guard let size, let difference = difference.withLock({ $0 }) else {
            return .skipped(Self.name, of: source, because: "no answer told the time")
        }
        guard size > Self.tolerance else { return .ok(Self.name, of: source, "agrees with the vendor's") }
        let text = "this machine's clock is \(size.inWords) \(difference < .zero ? "ahead of" : "behind") the vendor's"
        // Answers of a clock that is off by more than anything works with are refused by whoever reads them.
        return .warning(Self.name, of: source, text, remedy: Self.remedy)
    }
}
