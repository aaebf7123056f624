import Ingest
import Synchronization

/// Where a pass leaves its report, since a service returns nothing.
final class PassResult: Sendable {
    private let stored = Mutex<PassReport?>(nil)

    var report: PassReport? {
        get { stored.withLock { $0 } }
        set { stored.withLock { $0 = newValue } }
    }
}
