internal import Postgres

/// Applies one file, whose ledger row is written with it.
struct FileRunner: Sendable {
    let ledger: Ledger
    let limits: MigrationLimits

    /// The fault that can be seen without a server, if any.
    static func check(_ file: MigrationFile) throws {
        let statements = SQLScanner.statements(of: file.text)
        func fault(_ statement: SQLStatement?, _ reason: String) -> MigrationError {
            .unfitFile(file.name, SourcePosition(offset: statement?.offset ?? 0, in: file.text), reason: reason)
        }
        if let statement = statements.first(where: \.controlsTransaction) {
            throw fault(statement, "a file runs in a transaction of ours; remove \(statement.words.first ?? "this")")
        }
        guard !file.runsInTransaction else { return }
        guard file.number != nil else { throw fault(nil, "a repeatable file cannot be \"no-transaction\"") }
        guard statements.count == 1, let statement = statements.first else {
            throw fault(statements.dropFirst().first, "a \"no-transaction\" file holds exactly one statement")
        }
        guard statement.isIdempotent else {
            throw fault(statement, "this may run twice after a crash; add IF NOT EXISTS or IF EXISTS")
        }
    }

    /// - Throws: ``MigrationError/failed(file:at:_:)`` with the statement's place in the file.
    func apply(_ step: MigrationPlan.Step, on connection: PostgresConnection) async throws {
        try await connection.run(timeout: limits.file) { connection in
            if step.file.runsInTransaction {
                try applyInTransaction(step, on: connection)
            } else {
                try applyWithoutTransaction(step, on: connection)
            }
        }
    }

    private func applyInTransaction(_ step: MigrationPlan.Step, on connection: isolated PostgresConnection) throws {
        try connection.transaction {
            try connection.execute("SELECT set_config('lock_timeout', \(limits.lockTimeoutSetting), true)")
            for statement in SQLScanner.statements(of: step.file.text) {
                try locating(statement, in: step.file) { try connection.executeScript(statement.text) }
            }
            try ledger.record(step.file.name, checksum: step.checksum, .done, on: connection)
        }
    }

    /// After a crash anywhere in here the file is applied once more, from its beginning.
    private func applyWithoutTransaction(_ step: MigrationPlan.Step, on connection: isolated PostgresConnection) throws
    {
        try ledger.record(step.file.name, checksum: step.checksum, .started, on: connection)
        for statement in SQLScanner.statements(of: step.file.text) {
            if let index = statement.concurrentIndex {
                try dropInvalid(index, on: connection)
            }
            // One statement in the extended protocol: the server wraps no transaction around it, and refuses a second
            // one.
            try locating(statement, in: step.file) { try connection.execute(SQL(unsafe: statement.text)) }
        }
        try ledger.record(step.file.name, checksum: step.checksum, .done, on: connection)
    }

    /// A failed `CREATE INDEX CONCURRENTLY` leaves an index behind that costs and serves nobody, and `IF NOT EXISTS`
    /// would take it for done. (PostgreSQL manual, CREATE INDEX, "Building Indexes Concurrently".)
    private func dropInvalid(
        _ index: (schema: String?, name: String), on connection: isolated PostgresConnection
    ) throws {
        let schema = index.schema ?? ""
        let invalid = try connection.query(
            """
            SELECT n.nspname::text, c.relname::text
            FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE NOT i.indisvalid AND c.relkind = 'i' AND c.relname = \(index.name)
              AND CASE \(schema) WHEN '' THEN pg_table_is_visible(i.indrelid) ELSE n.nspname = \(schema) END
            """)
        for row in invalid {
            let (schema, name) = try row.decode(String.self, String.self)
            try connection.execute("DROP INDEX CONCURRENTLY IF EXISTS \(identifier: schema).\(identifier: name)")
        }
    }

    private func locating(_ statement: SQLStatement, in file: MigrationFile, _ body: () throws -> Void) throws {
        do {
            try body()
        } catch let error as PostgresError {
            var offset = statement.offset
            if case .server(let serverError) = error, let position = serverError.position {
                offset += position - 1
            }
            throw MigrationError.failed(
                file: file.name, at: SourcePosition(offset: offset, in: file.text), error)
        }
    }
}
