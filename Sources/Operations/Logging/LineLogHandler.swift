import FoundationEssentials
package import Logging

/// Writes one line a log event to standard error, in one of three spellings.
package struct LineLogHandler: LogHandler {
    package var logLevel: Logger.Level
    package var metadata: Logger.Metadata = [:]
    package var metadataProvider: Logger.MetadataProvider?
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
            var fields = [
                ("time", Date.now.formatted(.iso8601)), ("level", level.rawValue), ("message", message),
            ]
            fields += metadata
            return "{" + fields.map { "\($0.0.asJSON):\($0.1.asJSON)" }.joined(separator: ",") + "}"
        }
    }

    private static func suffix(_ metadata: [(String, String)]) -> String {
        metadata.map { key, value in
            let isPlain =
                !value.isEmpty && value.unicodeScalars.allSatisfy { $0 != " " && $0 != "\"" && $0.value >= 32 }
            return " \(key)=\(isPlain ? value : value.asJSON)"
        }.joined()
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
    /// The text with control characters escaped, so that no message can forge a second line.
    fileprivate var onOneLine: String {
        unicodeScalars.contains { $0.value < 32 || $0.value == 127 } ? String(asJSON.dropFirst().dropLast()) : self
    }

    /// The text as a JSON string.
    fileprivate var asJSON: String {
        var json = "\""
        for scalar in unicodeScalars {
            switch scalar {
            case "\"": json += "\\\""
            case "\\": json += "\\\\"
            case "\n": json += "\\n"
            case "\r": json += "\\r"
            case "\t": json += "\\t"
            case _ where scalar.value < 32 || scalar.value == 127:
                let hexadecimal = String(scalar.value, radix: 16)
                json += "\\u" + String(repeating: "0", count: 4 - hexadecimal.count) + hexadecimal
            default: json.unicodeScalars.append(scalar)
            }
        }
        return json + "\""
    }
}
