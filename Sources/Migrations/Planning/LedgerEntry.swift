package import FoundationEssentials

/// A row of the ledger: what is known of one file that was applied.
package struct LedgerEntry: Sendable, Hashable {
    /// How far the file came.
    package enum State: String, Sendable {
        /// A file without transaction was begun, and nobody knows how it ended.
        case started
        case done
        /// Taken as applied when the ledger was begun on an existing schema.
        case baselined
    }

    /// The name of the file.
    package let file: String
    /// SHA-256 of the text, in hexadecimal digits.
    package let checksum: String
    package let state: State
    package let finishedAt: Date?

    package init(file: String, checksum: String, state: State, finishedAt: Date? = nil) {
        self.file = file
        self.checksum = checksum
        self.state = state
        self.finishedAt = finishedAt
    }
}
