/// A piece of the process that must go on for as long as the process lives.
package enum WorkLoop: Hashable, Sendable, CustomStringConvertible {
    /// What must be there before the work begins: the database and its schema.
    case preparation
    /// The one pass of a command that ends by itself.
    case pass
    /// The session that says for which sources the process is configured.
    case presence
    /// The passes of the daemon over one source.
    case source(String)

    package var description: String {
        switch self {
        case .preparation: "preparation"
        case .pass: "pass"
        case .presence: "presence"
        case .source(let name): "source \(name)"
        }
    }
}
