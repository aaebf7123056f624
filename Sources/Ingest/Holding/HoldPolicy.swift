/// How closely the lock of a source is watched, and when it is left to others.
///
/// These are times of the machine's own clock, whatever clock a pass goes by: they concern links to the server.
package struct HoldPolicy: Sendable {
    /// How often it is looked whether the lock is still there.
    package var checkEvery = Duration.seconds(2)
    /// How long the answer to that may take.
    package var checkDeadline = Duration.seconds(4)
    /// For how long after such a question was sent its answer allows requests. Shorter than the nine seconds after which
    /// the server gives the lock of a cut link away at the soonest, so that two processes never send at once.
    package var validity = Duration.seconds(6)
    /// How long one wait in the server's queue lasts; then it is asked for again.
    package var slice = Duration.seconds(5)
    /// For how long a source is held at least before it is left to someone who waits for it.
    package var turn = Duration.seconds(60)

    package init() {}
}
