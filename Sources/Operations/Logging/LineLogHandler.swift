import FoundationEssentials
package import Logging

/// Writes one line a log event to standard error, in one of three spellings.
package struct LineLogHandler: LogHandler {
    package var logLevel: Logger.Level
    package var metadata: Logger.Metadata = [:]
    /// Adds what is worked on, unless told otherwise.
    package var metadataProvider: Logger.MetadataProvider? = .workContext
    private let label: String
    private let format: LogFormat
    private let output: StandardErrorStream

    package init(label: String, level: Logger.Level, format: LogFormat, output: StandardErrorStream) {
        self.label = label
        self.format = format
        self.output = output
        logLevel = level
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var merged = metadata
        if let provided = metadataProvider?.get() { merged.merge(provided) { _, new in new } }
        if let error = event.error { merged["error"] = "\(error)" }
        if let own = event.metadata { merged.merge(own) { _, new in new } }
        let pairs = merged.sorted { $0.key < $1.key }.map { ($0.key, "\($0.value)") }
        output.writeLine(line(event.level, "\(event.message)", pairs))
    }

    private func line(_ level: Logger.Level, _ message: String, _ metadata: [(String, String)]) -> String {
        switch format {
        case .journal:
            return "<\(level.syslogPriority)>\(message.onOneLine)\(Self.suffix(metadata))"
        case .text:
            return "\(Date.now.formatted(.iso8601)) \(level.rawValue) \(message.onOneLine)\(Self.suffix(metadata))"
        case .json:
            let own = [
                ("time", Date.now.formatted(.iso8601)), ("level", level.rawValue), ("logger", label),
                ("message", message),
            ]
            // A key must not occur twice in one object.
            let names = own.map(\.0)
            let fields = own + metadata.map { (names.contains($0.0) ? "metadata.\($0.0)" : $0.0, $0.1) }
            return "{" + fields.map { "\($0.0.asJSON):\($0.1.asJSON)" }.joined(separator: ",") + "}"
        }
    }

    private static func suffix(_ metadata: [(String, String)]) -> String {
        metadata.map { " \($0.quotedIfNeeded)=\($1.quotedIfNeeded)" }.joined()
    }
}

extension Logger.Level {
    /// Priority of syslog(3), which journald reads from a leading `<N>`.
    fileprivate var syslogPriority: Int {
        switch self {
        case .trace, .debug: 7
        case .info: 6
        case .notice: 5
        case .warning: 4
        case .error: 3
        case .critical: 2
        }
    }
}

extension String {
    /// The text as one word, in quotes when it would not be one without.
    fileprivate var quotedIfNeeded: String {
        let isWord =
            !isEmpty
            && unicodeScalars.allSatisfy {
                $0.isVisible && !$0.properties.isWhitespace && !"\"=\\".unicodeScalars.contains($0)
            }
        return isWord ? self : asJSON
    }
}
