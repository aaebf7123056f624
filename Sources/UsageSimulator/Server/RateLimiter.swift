import FoundationEssentials

/// Counts requests by token in windows of a minute (contract, section 5).
struct RateLimiter {
    /// The three numbers that every answer carries.
    struct Reading: Equatable {
        /// Requests in this window, the present one included.
        var count: Int
        var allowed: Int
        /// Whole seconds until the window ends; not an epoch.
        var reset: Int

        var isExceeded: Bool { count > allowed }
    }

    private struct Window {
        let start: Date
        var count: Int
    }

    private var windows: [String: Window] = [:]

    /// Counts one request of a token. The window opens with the first request after the last one closed.
    mutating func count(token: String, allowed: Int, now: Date) -> Reading {
        var window = windows[token] ?? Window(start: now, count: 0)
        let age = now.timeIntervalSince(window.start)
        if age >= 60 || age < 0 {
            window = Window(start: now, count: 0)
        }
        window.count += 1
        windows[token] = window
        let left = 60 - now.timeIntervalSince(window.start)
        return Reading(count: window.count, allowed: allowed, reset: max(1, Int(left.rounded(.up))))
    }
}
