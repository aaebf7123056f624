internal import FoundationEssentials
internal import Postgres

/// The table `migration` in which a database remembers which files were applied to it.
struct Ledger: Sendable {
    let schema: String

    /// The rows in the order of their names; none when the table is not there yet.
    func read(on connection: isolated PostgresConnection) throws -> [LedgerEntry] {
        let table = "\(schema).migration"
        let found: Bool? = try connection.query("SELECT to_regclass(\(table)) IS NOT NULL").first?.decode(Bool.self)
        guard found == true else { return [] }
        return try connection.query("SELECT file, checksum, state, finished_at FROM \(name) ORDER BY file").map { row in
            let (file, checksum, state, finishedAt) = try row.decode(String.self, String.self, String.self, Date?.self)
            return LedgerEntry(
                file: file, checksum: checksum, state: .init(rawValue: state) ?? .done, finishedAt: finishedAt)
        }
    }

    /// Makes schema and table where they are missing. Only under the migration lock: `IF NOT EXISTS` alone can collide.
    func create(on connection: isolated PostgresConnection) throws {
        try connection.transaction {
            try connection.execute("CREATE SCHEMA IF NOT EXISTS \(identifier: schema)")
            try connection.execute(
                """
                CREATE TABLE IF NOT EXISTS \(name) (
                    file text PRIMARY KEY,
                    checksum text NOT NULL,
                    state text NOT NULL CHECK (state IN ('started', 'done', 'baselined')),
                    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
                    finished_at timestamptz,
                    applied_by text NOT NULL DEFAULT session_user
                )
                """)
            for (column, comment) in Self.comments {
                let target: SQL = column.map { "COLUMN \(name).\(identifier: $0)" } ?? "TABLE \(name)"
                try connection.execute("COMMENT ON \(target) IS \(unsafe: "'\(comment)'")")
            }
        }
    }

    /// The file's effects and this row belong into one transaction, or the file runs without one.
    func record(
        _ file: String, checksum: String, _ state: LedgerEntry.State, on connection: isolated PostgresConnection
    ) throws {
        try connection.execute(
            """
            INSERT INTO \(name) AS ledger (file, checksum, state, finished_at)
            VALUES (\(file), \(checksum), \(state.rawValue), CASE WHEN \(state != .started) THEN clock_timestamp() END)
            ON CONFLICT (file) DO UPDATE SET
                checksum = excluded.checksum,
                state = excluded.state,
                started_at = CASE excluded.state WHEN 'done' THEN ledger.started_at ELSE clock_timestamp() END,
                finished_at = excluded.finished_at,
                applied_by = excluded.applied_by
            """)
    }

    private var name: SQL { "\(identifier: schema).migration" }

    private static let comments: [(column: String?, comment: String)] = [
        (nil, "Files of migrations/ that were applied to this database"),
        ("file", "Name of the file"),
        ("checksum", "SHA-256 of its text with line ends as \\n, in hexadecimal digits"),
        ("state", "done; started: begun without transaction, end unknown; baselined: taken as applied"),
        ("started_at", "When it was last begun"),
        ("finished_at", "When it ended"),
        ("applied_by", "The login that applied it"),
    ]
}
