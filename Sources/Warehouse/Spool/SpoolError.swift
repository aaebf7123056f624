/// Why an answer could not be kept until it is stored. It fails the window that was being fetched, nothing else.
package enum SpoolError: Error, Equatable, Sendable {
    /// The temporary file could not be made, written or read; `isFull` when more room would have helped.
    case file(directory: String, operation: String, reason: String, isFull: Bool)
    /// The answer names more distinct clients, endpoints and users than any real one.
    case tooManyDistinctTexts(limitBytes: Int)
}

extension SpoolError {
    /// Whether the answer is at fault, so that a smaller one may pass.
    package var isAboutAnswer: Bool {
        switch self {
        case .file: false
        case .tooManyDistinctTexts: true
        }
    }

    /// Whether more room on the disk would have helped.
    var isAboutRoom: Bool {
        if case .file(_, _, _, let isFull) = self { isFull } else { false }
    }
}

extension SpoolError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .file(let directory, let operation, let reason, let isFull):
            "the spool in \(directory) could not be \(operation): \(reason); "
                + (isFull ? "make room there" : "make the folder, writable by usaged,")
                + " or name another one in the configuration (spool.directory)"
        case .tooManyDistinctTexts(let limit):
            "the answer holds more than \(limit) bytes of distinct identifiers, names and template URIs"
        }
    }
}
