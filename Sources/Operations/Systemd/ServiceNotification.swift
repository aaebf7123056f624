/// What a service tells systemd (sd_notify(3)).
package enum ServiceNotification: Equatable, Sendable {
    /// The service has started, or has read its configuration anew.
    case ready
    /// It begins to read its configuration anew, at this time of `CLOCK_MONOTONIC`; ``ready`` says that it has.
    case reloading(at: Duration)
    /// It begins to end.
    case stopping
    /// What it does now, for a person.
    case status(String)
    /// Its start, or end, takes this much longer from now on than was allowed.
    case extendTimeout(Duration)
    /// Its work goes on.
    case watchdog

    /// Whether it says that the configuration is being read.
    var isReloading: Bool {
        if case .reloading = self { true } else { false }
    }

    /// As it is sent: assignments, each on a line of its own.
    package var text: String {
        switch self {
        case .ready: "READY=1"
        case .reloading(let moment): "RELOADING=1\nMONOTONIC_USEC=\(moment.wholeMicroseconds)"
        case .stopping: "STOPPING=1"
        case .status(let line): "STATUS=\(line.onOneLine)"
        case .extendTimeout(let more): "EXTEND_TIMEOUT_USEC=\(more.wholeMicroseconds)"
        case .watchdog: "WATCHDOG=1"
        }
    }
}

extension Duration {
    fileprivate var wholeMicroseconds: Int64 {
        components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000
    }
}
