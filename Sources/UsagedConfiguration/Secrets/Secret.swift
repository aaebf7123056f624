/// A secret's text, which shows itself only to who asks for it by name.
///
/// Printing, interpolating, dumping and reflecting it give `‹redacted›`, so that it reaches no log by accident.
package struct Secret: Sendable {
    /// The text itself: for the request that authenticates, nothing else.
    package let revealed: String

    package init(_ revealed: String) {
        self.revealed = revealed
    }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "‹redacted›" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
