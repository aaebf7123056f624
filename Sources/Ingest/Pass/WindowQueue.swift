import UsageDomain

/// The windows of one source that wait to be worked on, the most urgent first, and those that are being worked on.
///
/// A simple search waits for the organization query of its days: what a chain of pages cannot show is found by comparing
/// the two, which is free when the other is stored already.
struct WindowQueue {
    /// The next one is the last, where taking it away costs nothing.
    private var waiting: [Window]
    private var taken: [Window] = []

    init(_ windows: [PlannedWindow]) {
        waiting = windows.reversed().map(\.window)
    }

    var isEmpty: Bool { waiting.isEmpty }
    /// How many windows are being worked on.
    var working: Int { taken.count }

    /// Takes the most urgent window that need not wait for another; nil when there is none for now.
    mutating func next() -> Window? {
        guard let index = waiting.lastIndex(where: { !isHeldUp($0) }) else { return nil }
        let window = waiting.remove(at: index)
        taken.append(window)
        return window
    }

    /// Takes note that a window is not worked on any more, however it ended.
    mutating func finish(_ window: Window) {
        if let index = taken.firstIndex(of: window) { taken.remove(at: index) }
    }

    /// Takes back a window that is not worked on any more and was left for later; it is the most urgent again.
    mutating func putBack(_ window: Window) {
        waiting.append(window)
    }

    mutating func removeAll() {
        waiting.removeAll()
    }

    /// Takes away windows that wait.
    mutating func remove(where isUnwanted: (Window) -> Bool) -> [Window] {
        let removed = waiting.filter(isUnwanted)
        waiting.removeAll(where: isUnwanted)
        return removed
    }

    private func isHeldUp(_ window: Window) -> Bool {
        guard window.dataset == .simplesearch else { return false }
        func isAwaited(_ other: Window) -> Bool {
            other.dataset == .organizationQuery && other.days.overlaps(window.days)
        }
        return taken.contains(where: isAwaited) || waiting.contains(where: isAwaited)
    }
}
