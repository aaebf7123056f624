package import Postgres

/// Why migrations were not applied, or not even tried.
package enum MigrationError: Error, Sendable, CustomStringConvertible {
    // Faults of the files, found before anything runs.
    case misnamedFile(String)
    case duplicateNumber(String, String)
    case notText(String)
    case unreadable(String)
    /// A file that may not run as it is written, with the place and the reason.
    case unfitFile(String, SourcePosition, reason: String)

    /// Files and ledger contradict each other; nothing was applied.
    case refused([MigrationRefusal])
    /// The schema lacks these files; ``Migrator/verifyCurrent(on:)`` alone says so.
    case behind(pending: [String])
    /// Another process held the migration lock for the whole of the time allowed.
    case lockNotAcquired(waited: Duration)
    /// The server refused a statement of a file; the transaction of that file was rolled back.
    case failed(file: String, at: SourcePosition, PostgresError)
    /// A baseline of a schema that already has a ledger, or through a number that no file has.
    case baselineImpossible(reason: String)
    /// There is no `roles.sql` among the files.
    case noRoles

    /// The schema only needs `usaged migrate`.
    package var isBehind: Bool {
        if case .behind = self { true } else { false }
    }

    /// The schema was made by a newer version of the program.
    package var isAhead: Bool {
        if case .refused(let refusals) = self { refusals.contains { $0.isAhead } } else { false }
    }

    /// Nothing is wrong with files or schema: trying later may succeed.
    package var isTransient: Bool {
        switch self {
        case .lockNotAcquired: true
        case .failed(_, _, let error): error.isTransient || error.isLockConflict
        default: false
        }
    }

    package var description: String {
        switch self {
        case .misnamedFile(let name):
            "migration \(name): the name is neither NNNN_words.sql nor R_words.sql (lower-case letters, digits, _); rename it"
        case .duplicateNumber(let first, let second):
            "migrations \(first) and \(second) have the same number; give the newer one the next free number"
        case .notText(let name):
            "migration \(name) is not UTF-8 text"
        case .unreadable(let path):
            "cannot read the migrations at \(path)"
        case .unfitFile(let name, let position, let reason):
            "migration \(name):\(position): \(reason)"
        case .refused(let refusals):
            refusals.map(\.description).joined(separator: "\n")
        case .behind(let pending):
            "the schema lacks \(pending.joined(separator: ", ")); run \"usaged migrate\""
        case .lockNotAcquired(let waited):
            "another process has been migrating this database for \(waited); wait for it, or see pg_locks (advisory) for who it is"
        case .failed(let file, let position, let error):
            "migration \(file):\(position): \(error)"
        case .baselineImpossible(let reason):
            "no baseline: \(reason)"
        case .noRoles:
            "there is no roles.sql among the migrations"
        }
    }
}
