/// What is to be applied, in order.
package struct MigrationPlan: Sendable, Hashable {
    /// One file to apply.
    package struct Step: Sendable, Hashable {
        package let file: MigrationFile
        /// SHA-256 of its text, in hexadecimal digits.
        package let checksum: String
        /// Begun before without transaction, and not known to have ended.
        package let wasInterrupted: Bool
    }

    package let steps: [Step]
}

/// A file together with the hash of its text.
package struct HashedMigration: Sendable, Hashable {
    package let file: MigrationFile
    package let checksum: String

    package init(file: MigrationFile, checksum: String) {
        self.file = file
        self.checksum = checksum
    }
}

/// A file, or a row of the ledger without one, as `usaged migrate --status` lists it.
package struct MigrationStatus: Sendable, Hashable {
    package enum State: String, Sendable, Hashable {
        case applied
        case baselined
        case pending
        /// Begun without transaction and not known to have ended; it is applied again.
        case interrupted
        /// Not the text that was applied. For a repeatable file that means pending, for a numbered one a refusal.
        case changed
        case outOfOrder = "out of order"
        /// Applied, but without a file.
        case missing
        /// Applied by a newer version of the program.
        case unknown
    }

    package let name: String
    package let state: State
}
