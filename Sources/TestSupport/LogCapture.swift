package import InMemoryLogging
package import Logging

/// A logger that remembers everything, from `trace` on.
package struct LogCapture: Sendable {
    package let logger: Logger
    private let handler: InMemoryLogHandler

    package init(label: String = "test") {
        var handler = InMemoryLogHandler()
        handler.logLevel = .trace
        self.handler = handler
        self.logger = Logger(label: label, factory: { [handler] _ in handler })
    }

    /// What was logged so far.
    package var entries: [InMemoryLogHandler.Entry] { handler.entries }

    /// The messages of that level or above.
    package func messages(from level: Logger.Level = .trace) -> [String] {
        entries.filter { $0.level >= level }.map { "\($0.message)" }
    }
}
