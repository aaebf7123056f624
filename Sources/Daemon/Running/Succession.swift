import ServiceLifecycle
import Synchronization
import UsagedConfiguration

/// Which configuration is at work, and which one comes after it.
final class Succession: Sendable {
    private struct State {
        var term: ServiceGroup?
        var configuration: Configuration
        var next: Program?
    }

    private let state: Mutex<State>

    /// Begins with a configuration that is not at work yet.
    init(_ configuration: Configuration) {
        state = Mutex(State(configuration: configuration))
    }

    /// The newest configuration that was accepted.
    var configuration: Configuration {
        state.withLock { $0.next?.configuration ?? $0.configuration }
    }

    /// Notes that work begins; it is asked to end at once where a successor waits already.
    func begin(_ term: ServiceGroup, under configuration: Configuration) async {
        let isOver = state.withLock { state in
            state.term = term
            state.configuration = configuration
            return state.next != nil
        }
        if isOver { await term.triggerGracefulShutdown() }
    }

    /// Asks the work that is under way to end for a successor's sake.
    func end(for next: Program) async {
        let term = state.withLock { state in
            state.next = next
            return state.term
        }
        await term?.triggerGracefulShutdown()
    }

    /// The successor, once.
    func takeNext() -> Program? {
        state.withLock { state in
            defer { state.next = nil }
            return state.next
        }
    }
}
