package import FoundationEssentials
import Synchronization

/// A simulator's clock that runs faster than the world's, and leaps over time in which nothing happens.
///
/// Whoever waits for a distant moment asks for a leap (`POST /simulator/clock`, see ``ControlPaths``). The clock grants it
/// when the simulator is idle, and never beyond ``barrier``: there the one who directs the simulation changes the world
/// before time goes on. A client that was killed reads the time anew (`GET /simulator/clock`) and finds it where it was.
package final class SimulatedClock: Sendable {
    private struct State {
        var time: SimulatedTime
        var barrier: Date
        var requestsUnderWay = 0
        /// When the last request was answered, by the machine's clock.
        var lastAnswered: ContinuousClock.Instant?
    }

    private let state: Mutex<State>
    private let idleTime: Duration

    /// Begins now.
    ///
    /// - Parameters:
    ///   - origin: the simulated time to begin at.
    ///   - pace: simulated seconds in a real one, above 0.
    ///   - barrier: no leap goes beyond it.
    ///   - idleTime: how long, by the machine's clock, nobody must have been answered before a leap.
    package init(origin: Date, pace: Double, barrier: Date, idleTime: Duration = .milliseconds(15)) {
        state = Mutex(State(time: SimulatedTime(origin: origin, pace: pace), barrier: barrier))
        self.idleTime = idleTime
    }

    /// The simulated time as a value.
    package var time: SimulatedTime {
        state.withLock { $0.time }
    }

    /// The simulated time.
    package var date: Date { time.date }

    /// No leap goes beyond it. Time as it passes does: a barrier stops leaps alone.
    package var barrier: Date {
        get { state.withLock { $0.barrier } }
        set { state.withLock { $0.barrier = newValue } }
    }

    /// Leaps to a moment, or to the barrier if that is sooner; not at all while a request is under way or was so until a
    /// moment ago, nor backwards.
    ///
    /// - Parameter moment: the simulated time that somebody waits for.
    /// - Returns: the time after that.
    package func leap(to moment: Date) -> SimulatedTime {
        state.withLock { state in
            let isIdle = state.lastAnswered.map { ContinuousClock.now - $0 >= idleTime } ?? true
            guard state.requestsUnderWay == 0, isIdle else { return state.time }
            let distance = min(moment, state.barrier).timeIntervalSince(state.time.date)
            if distance > 0 { state.time.leapt += distance }
            return state.time
        }
    }

    /// A request that is being answered: no leap while somebody holds it.
    ///
    /// It ends with its last reference, for nobody says when an answer is dropped because the other side was killed.
    final class UnderWay: Sendable {
        private let clock: SimulatedClock

        fileprivate init(_ clock: SimulatedClock) {
            self.clock = clock
            clock.state.withLock { $0.requestsUnderWay += 1 }
        }

        deinit {
            clock.state.withLock { state in
                state.requestsUnderWay -= 1
                state.lastAnswered = .now
            }
        }
    }

    /// Notes that a request arrived.
    func noteRequest() -> UnderWay {
        UnderWay(self)
    }
}
