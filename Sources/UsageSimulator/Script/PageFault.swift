/// What is wrong with one page of an answer, or with its cursor; nothing else about the page tells.
package enum PageFault: String, CaseIterable, Sendable {
    /// The cursor is the one that the page was asked with.
    case sameCursor = "same-cursor"
    /// The cursor is new, and leads to the same rows again.
    case repeated
    /// The page has half its rows; the chain goes on behind them.
    case short
    /// There is a cursor even at the end; it leads to empty pages with ever new cursors, as long as the fault is played.
    case endless
    /// The cursor of the last page leads to the first one.
    case loop
    /// The cursor leads past the next page.
    case skipping
    /// The next page begins with the last row of this one.
    case overlapping
    /// The cursor leads to 404.
    case deadCursor = "dead-cursor"
    /// `nextUri` is absolute and names another host; a page without one is as it would be.
    case foreignHost = "foreign-host"

    init?(_ effect: Fault.Effect?) {
        guard case .page(let fault) = effect else { return nil }
        self = fault
    }
}
