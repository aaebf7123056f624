/// A text that must not be shown: it prints, dumps and mirrors as `***`.
package struct Secret: Sendable {
    private let text: String

    package init(_ text: String) {
        self.text = text
    }

    /// The text itself, for the one place that sends it.
    package func reveal() -> String {
        text
    }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "***" }
    package var debugDescription: String { "***" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

extension String {
    /// The text with each of the secrets replaced by `***`, should somebody have echoed one.
    package func masking(_ secrets: [Secret]) -> String {
        var masked = self
        for secret in secrets {
            let text = secret.reveal()
            guard text.utf8.count >= 4 else { continue }
            masked = masked.split(separator: text, omittingEmptySubsequences: false).joined(separator: "***")
        }
        return masked
    }
}
