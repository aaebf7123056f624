/// The moments at which a source is looked at: evenly spaced on a clock that only moves forward.
///
/// A tick says no more than that now is a good time to plan. Those that passed while work went on, or while the machine
/// slept, are one plan afterwards, and a step of the calendar neither delays a tick nor adds one. The phase is drawn at
/// random, so that installations which were started together do not call together.
package struct Ticks: Equatable, Sendable {
    /// Time from one tick to the next, above zero.
    package let every: Duration
    /// When the first tick is, less than `every` after the clock's beginning.
    package let phase: Duration

    /// Draws the phase.
    ///
    /// - Parameters:
    ///   - every: time from one tick to the next, above zero.
    ///   - generator: where chance comes from.
    package init(every: Duration, using generator: inout some RandomNumberGenerator) {
        self.init(every: every, phase: every * Double.random(in: 0..<1, using: &generator))
    }

    /// Has the first tick at `phase`, which is from zero on and below `every`.
    package init(every: Duration, phase: Duration) {
        self.every = every
        self.phase = phase
    }

    /// The first tick after a moment.
    ///
    /// - Parameter moment: on the clock that only moves forward, from its beginning.
    /// - Returns: a later moment, at most `every` later.
    package func next(after moment: Duration) -> Duration {
        guard moment >= phase else { return phase }
        let passed = (moment - phase).attoseconds / every.attoseconds
        return Duration(attoseconds: phase.attoseconds + (passed + 1) * every.attoseconds)
    }
}
