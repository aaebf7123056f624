import Glibc

/// How log lines are spelled.
package enum LogFormat: String, CaseIterable, Sendable {
    /// For journald: the priority as `<N>`, no time of our own, since the journal adds both.
    case journal
    /// For a person: time, level, message, metadata.
    case text
    /// For machines: one JSON object a line.
    case json

    /// `journal` when systemd says that standard error goes to the journal, otherwise `text`.
    ///
    /// The variable alone says too little: a shell started by a service inherits it on its terminal. It names the device
    /// and the inode of the stream it speaks of (systemd.exec(5), `$JOURNAL_STREAM`).
    ///
    /// - Parameters:
    ///   - environment: the variables of the process.
    ///   - descriptor: the stream that log lines go to.
    /// - Returns: how to spell log lines when nobody chose.
    package static func suitable(
        for environment: [String: String],
        writingTo descriptor: Int32 = STDERR_FILENO
    ) -> LogFormat {
        var file = stat()
        guard let stream = environment["JOURNAL_STREAM"], fstat(descriptor, &file) == 0 else { return .text }
        return stream == "\(file.st_dev):\(file.st_ino)" ? .journal : .text
    }
}
