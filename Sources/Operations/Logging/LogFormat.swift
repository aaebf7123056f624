/// How log lines are spelled.
package enum LogFormat: String, CaseIterable, Sendable {
    /// For journald: the priority as `<N>`, no time of our own, since the journal adds both.
    case journal
    /// For a person: time, level, message, metadata.
    case text
    /// For machines: one JSON object a line.
    case json

    /// `journal` when systemd says that standard error goes to the journal, otherwise `text`.
    package static func suitable(for environment: [String: String]) -> LogFormat {
        environment["JOURNAL_STREAM"] == nil ? .text : .journal
    }
}
