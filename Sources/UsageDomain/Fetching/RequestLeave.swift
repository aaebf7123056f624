/// Whether a source's requests may be sent, as far as another process might be sending them, too.
package enum RequestLeave: Equatable, Sendable {
    /// They may, until then on the machine's own clock; it is said again before.
    case granted(until: ContinuousClock.Instant)
    /// They wait until leave is granted.
    case withheld
    /// Another process works on the source: what waits, or comes, ends with `CancellationError`.
    case refused
}
