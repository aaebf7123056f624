import Synchronization

/// Whether a configuration was seen to work.
final class Proof: Sendable {
    private let given = Mutex(false)

    var isGiven: Bool { given.withLock { $0 } }

    func give() {
        given.withLock { $0 = true }
    }
}
