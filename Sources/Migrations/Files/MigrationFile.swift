/// One `.sql` file of the folder `migrations/`.
package struct MigrationFile: Sendable, Hashable {
    /// When a file is applied.
    package enum Kind: Sendable, Hashable {
        /// Once, in the order of the numbers: `0001_schema.sql`.
        case numbered(Int)
        /// After the numbered ones, in the order of the names, and again whenever its text changes: `R_views.sql`.
        case repeatable
    }

    /// The name without folder, which is what the ledger and every message call it.
    package let name: String
    package let kind: Kind
    /// The text with `\n` line ends and no byte order mark: what is hashed and what is run, wherever the file was
    /// checked out.
    package let text: String

    /// - Throws: ``MigrationError/misnamedFile(_:)`` for a name of neither form, ``MigrationError/notText(_:)`` for
    ///   bytes that
    ///   are not UTF-8.
    package init(name: String, bytes: some Sequence<UInt8>) throws {
        guard let kind = Kind(fileName: name) else { throw MigrationError.misnamedFile(name) }
        guard let text = String(validating: Self.normalized(bytes), as: UTF8.self) else {
            throw MigrationError.notText(name)
        }
        self.name = name
        self.kind = kind
        self.text = text
    }

    /// The number of a numbered file.
    package var number: Int? {
        if case .numbered(let number) = kind { number } else { nil }
    }

    /// Whether the file runs inside a transaction, which its first line `-- migrate: no-transaction` forbids.
    ///
    /// Such a file holds exactly one statement, which may run twice, for a crash leaves unknown whether it ended. It
    /// is meant for `CREATE INDEX CONCURRENTLY IF NOT EXISTS`. A partitioned table, which cannot be indexed so, takes
    /// several files:
    ///
    /// 1. `CREATE INDEX i ON ONLY t (…)`: the index of the whole, still invalid;
    /// 2. for each partition, a file without transaction: `CREATE INDEX CONCURRENTLY IF NOT EXISTS p_i ON p (…)`;
    /// 3. `ALTER INDEX i ATTACH PARTITION p_i` for each of them; with the last one `i` becomes valid.
    package var runsInTransaction: Bool {
        text.prefix { $0 != "\n" }.split(separator: " ") != ["--", "migrate:", "no-transaction"]
    }

    private static func normalized(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        var previous: UInt8 = 0
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "\r"): result.append(UInt8(ascii: "\n"))
            case UInt8(ascii: "\n") where previous == UInt8(ascii: "\r"): break
            default: result.append(byte)
            }
            previous = byte
        }
        return result.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(result.dropFirst(3)) : result
    }
}

extension MigrationFile.Kind {
    /// `NNNN_words.sql` or `R_words.sql`, the words of lower-case letters, digits and underscores.
    init?(fileName: String) {
        guard let match = fileName.wholeMatch(of: /([0-9]{4}|R)_[a-z0-9_]+\.sql/) else { return nil }
        self = Int(match.1).map { .numbered($0) } ?? .repeatable
    }
}
