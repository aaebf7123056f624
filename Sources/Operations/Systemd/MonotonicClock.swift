import Glibc

/// The clock by which systemd orders what it is told.
enum MonotonicClock {
    /// Time of `CLOCK_MONOTONIC`.
    static var now: Duration {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
}
