import Warehouse

/// How closely the lock of a source is watched, and when it is left to others; when a source is no longer
/// anybody's.
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
    /// How often whoever waits in the server's queue looks for whom, and whether its own session is still in line.
    package var lookEvery = Duration.seconds(5)
    /// After how long out of line the wait is given up: the server needs no longer to end a session whose link was cut.
    package var longestUnseen = SourceLock.longestEnd
    /// For how long a source is held at least before it is left to someone who waits for it.
    package var turn = Duration.seconds(60)
    /// For how long a source must be seen without a process that is configured for it before it is dropped.
    package var absence = PresenceKeeper.longestGap
    /// How often that is looked at.
    package var absenceLook = Duration.seconds(1)

    package init() {}
}
