/// A window that is due, and how urgent it is.
package struct PlannedWindow: Hashable, Sendable {
    /// Daily work goes before backfill, so that a long backfill never delays yesterday's numbers.
    package enum Priority: Int, Comparable, Sendable {
        case daily
        case backfill

        package static func < (left: Priority, right: Priority) -> Bool {
            left.rawValue < right.rawValue
        }
    }

    package let window: Window
    package let priority: Priority

    package init(window: Window, priority: Priority) {
        self.window = window
        self.priority = priority
    }

    /// The order of work: daily before backfill, then newest days first.
    package static func isMoreUrgent(_ left: PlannedWindow, _ right: PlannedWindow) -> Bool {
        (left.priority, right.window.lastDay) < (right.priority, left.window.lastDay)
    }
}
