/// A contradiction between the files and the ledger, and what to do about it.
package enum MigrationRefusal: Sendable, Hashable, CustomStringConvertible {
    /// The text of an applied file is not what was applied.
    case changed(String)
    /// An applied file is not among the files, though newer ones are.
    case missing(String)
    /// A file that was not applied has a lower number than one that was.
    case outOfOrder(String, lastApplied: String)
    /// A file was applied that is newer than all of ours.
    case newer(String)

    package var isAhead: Bool {
        if case .newer = self { true } else { false }
    }

    package var description: String {
        switch self {
        case .changed(let name):
            "migration \(name) was changed after it was applied; restore its text and put the change into a new file"
        case .missing(let name):
            "migration \(name) was applied, but its file is missing; restore it (applied files are never removed or renamed)"
        case .outOfOrder(let name, let last):
            "migration \(name) was not applied, but \(last) was; give it a number above that"
        case .newer(let name):
            "the database is newer than this program: \(name) was applied, which it does not know; install the newer version"
        }
    }
}
