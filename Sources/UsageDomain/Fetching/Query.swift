/// One question as it is submitted: a window, or the part of its answer that one of several queries asks for.
package struct Query: Hashable, Sendable {
    package let window: Window
    /// Which part of the window's answer, by a text that is the same whenever the same part is asked for; `""` for the whole.
    package let part: String

    /// The part that is not rows but their sums.
    package static let totals = "totals"

    package init(_ window: Window, part: String = "") {
        self.window = window
        self.part = part
    }
}
