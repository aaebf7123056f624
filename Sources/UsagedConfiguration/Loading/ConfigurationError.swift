/// Why there is no configuration to run with.
package enum ConfigurationError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The file could not be read at all; `reason` says why and what to do.
    case unreadable(file: String, reason: String)
    /// The file was read and refused: all that is wrong in it, in the order of the file.
    case invalid([Problem])

    /// What is wrong inside the file; empty when it could not be read.
    package var problems: [Problem] {
        switch self {
        case .unreadable: []
        case .invalid(let problems): problems
        }
    }

    /// One line a problem. Neither secrets nor the text of `database` are ever in it.
    package var description: String {
        switch self {
        case .unreadable(let file, let reason): "\(file): \(reason)"
        case .invalid(let problems): problems.map(\.description).joined(separator: "\n")
        }
    }
}
