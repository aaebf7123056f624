import ServiceLifecycle
import Synchronization

/// Which configuration is at work, and which one comes after it.
final class Succession: Sendable {
    private struct State {
        var term: ServiceGroup?
        var program: Program
        var next: Program?
    }

    private let state: Mutex<State>

    /// Begins with a program that is not at work yet.
    init(_ program: Program) {
        state = Mutex(State(program: program))
    }

    /// The program of the newest configuration that was accepted.
    var newest: Program {
        state.withLock { $0.next ?? $0.program }
    }

    /// Notes that work begins; it is asked to end at once where a successor waits already.
    func begin(_ term: ServiceGroup, under program: Program) async {
        let isOver = state.withLock { state in
            state.term = term
            state.program = program
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
