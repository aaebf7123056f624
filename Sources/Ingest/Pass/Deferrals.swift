import UsageDomain

/// Windows whose queries the vendor would not begin while others ran: they are tried again later, a limited number of
/// times.
struct Deferrals {
    /// A window that was put off so often is not put off any more: then something else is the matter.
    static let most = 8

    private var counts: [Window: Int] = [:]
    /// Windows that were refused while no other was under way: it was not for others.
    private var refusedAlone: Set<Window> = []

    /// Whether a window may be put off once more.
    func mayDefer(_ window: Window) -> Bool {
        counts[window, default: 0] < Self.most && !refusedAlone.contains(window)
    }

    /// How long to wait before a window is tried: not at all, or twice as long each time it was put off, up to a minute.
    func wait(before window: Window) -> Duration {
        guard let count = counts[window] else { return .zero }
        return .seconds(min(1 << (count - 1), 60))
    }

    /// Puts a window off.
    ///
    /// - Parameters:
    ///   - window: what the vendor would not begin.
    ///   - others: how many others were under way.
    mutating func add(_ window: Window, besides others: Int) {
        counts[window, default: 0] += 1
        if others == 0 { refusedAlone.insert(window) }
    }
}
