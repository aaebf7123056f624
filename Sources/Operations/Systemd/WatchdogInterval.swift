import Glibc

/// How often systemd wants to hear that the work goes on.
package enum WatchdogInterval {
    /// - Parameters:
    ///   - environment: the variables of the process: `WATCHDOG_USEC`, and `WATCHDOG_PID` for whom it is meant.
    ///   - process: who asks.
    /// - Returns: the longest time between two messages; nil when nobody watches this process.
    package static func stated(in environment: [String: String], for process: Int32 = getpid()) -> Duration? {
        if let other = environment["WATCHDOG_PID"], other != "\(process)" { return nil }
        guard let microseconds = environment["WATCHDOG_USEC"].flatMap({ Int64($0) }), microseconds > 0 else {
            return nil
        }
        return .microseconds(microseconds)
    }
}
