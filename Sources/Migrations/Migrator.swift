package import Logging
package import Postgres

/// Brings a database's schema to the state of the files.
///
/// Numbered files are applied once, forward only, each with its ledger row in one transaction; repeatable files
/// afterwards, whenever their text changed. One process at a time does so, the others find nothing left to do.
package struct Migrator: Sendable {
    private let source: MigrationSource
    private let ledger: Ledger
    private let role: String?
    private let limits: MigrationLimits
    private let logger: Logger

    /// Prepares a migrator; `role` is the one that shall own what is made, taken on where the login is a member of it.
    package init(
        source: MigrationSource,
        ledgerSchema: String = "ingest",
        role: String? = "usage_owner",
        limits: MigrationLimits = MigrationLimits(),
        logger: Logger
    ) {
        self.source = source
        self.ledger = Ledger(schema: ledgerSchema)
        self.role = role
        self.limits = limits
        self.logger = logger
    }

    // MARK: - Questions, which change nothing

    /// The files that ``apply(on:)`` would apply now, with their text.
    ///
    /// - Throws: ``MigrationError/refused(_:)``, ``MigrationError/unfitFile(_:_:reason:)``, `PostgresError`.
    package func plan(on connection: PostgresConnection) async throws -> MigrationPlan {
        let (files, entries) = try await filesAndLedger(on: connection)
        let plan = try MigrationPlanner.plan(files: files, ledger: entries)
        try plan.steps.forEach { try FileRunner.check($0.file) }
        return plan
    }

    /// What is to be said of each file and each row of the ledger.
    package func status(on connection: PostgresConnection) async throws -> [MigrationStatus] {
        let (files, entries) = try await filesAndLedger(on: connection)
        return MigrationPlanner.status(files: files, ledger: entries)
    }

    /// Returns when the schema is that of the files; for the start of a program that does not migrate itself.
    ///
    /// - Throws: ``MigrationError/behind(pending:)``, ``MigrationError/refused(_:)`` (newer, changed, …),
    ///   `PostgresError`.
    package func verifyCurrent(on connection: PostgresConnection) async throws {
        let plan = try await plan(on: connection)
        guard plan.steps.isEmpty else { throw MigrationError.behind(pending: plan.steps.map(\.file.name)) }
    }

    // MARK: - Changes

    /// Applies what is pending, on a connection of its own which is closed afterwards, and with it the lock.
    ///
    /// - Returns: What was applied.
    /// - Throws: ``MigrationError``; what was applied before the error stays.
    @discardableResult
    package func apply(to configuration: PostgresConfiguration) async throws -> MigrationPlan {
        try await withMigrationLock(configuration) { connection in
            let plan = try await plan(on: connection)
            guard !plan.steps.isEmpty else { return plan }
            try await connection.run(timeout: .seconds(60)) { try ledger.create(on: $0) }
            let runner = FileRunner(ledger: ledger, limits: limits)
            let retry = LockRetry(limit: limits.lockRetries, logger: logger)
            for step in plan.steps {
                try await retry { try await runner.apply(step, on: connection) }
                logger.info("migration applied", metadata: ["migration.file": "\(step.file.name)"])
            }
            return plan
        }
    }

    /// Takes the numbered files up to `number` as applied, for a schema that was made without this ledger.
    ///
    /// - Throws: ``MigrationError/baselineImpossible(reason:)``, ``MigrationError/lockNotAcquired(waited:)``,
    ///   `PostgresError`.
    package func baseline(through number: Int, in configuration: PostgresConfiguration) async throws {
        guard source.files.contains(where: { $0.number == number }) else {
            throw MigrationError.baselineImpossible(reason: "no file has the number \(number)")
        }
        try await withMigrationLock(configuration) { connection in
            let (files, entries) = try await filesAndLedger(on: connection)
            guard entries.isEmpty else {
                throw MigrationError.baselineImpossible(reason: "the ledger already has \(entries.count) rows")
            }
            try await connection.run(timeout: .seconds(60)) { connection in
                try ledger.create(on: connection)
                try connection.transaction {
                    for migration in files where migration.file.number.map({ $0 <= number }) ?? false {
                        try ledger.record(
                            migration.file.name, checksum: migration.checksum, .baselined, on: connection)
                    }
                }
            }
        }
    }

    /// Runs `roles.sql`, which may run any number of times; needs a login that may make roles.
    ///
    /// - Throws: ``MigrationError/noRoles``, ``MigrationError/failed(file:at:_:)``.
    package func applyRoles(on connection: PostgresConnection) async throws {
        guard let roles = source.roles else { throw MigrationError.noRoles }
        try await connection.run(timeout: .seconds(60)) { connection in
            do {
                try connection.transaction { try connection.executeScript(roles) }
            } catch let error as PostgresError {
                var offset = 0
                if case .server(let serverError) = error, let position = serverError.position { offset = position - 1 }
                throw MigrationError.failed(
                    file: MigrationSource.rolesFile, at: SourcePosition(offset: offset, in: roles), error)
            }
        }
    }

    // MARK: - Steps

    private func withMigrationLock<R: Sendable>(
        _ configuration: PostgresConfiguration, _ body: (PostgresConnection) async throws -> R
    ) async throws -> R {
        let connection = try await PostgresConnection.connect(configuration, logger: logger)
        do {
            try await MigrationLock(ledgerSchema: ledger.schema).acquire(on: connection, within: limits.migrationLock)
            try await prepareSession(connection)
            let result = try await body(connection)
            await connection.close()
            return result
        } catch {
            await connection.close()
            throw error
        }
    }

    private func prepareSession(_ connection: PostgresConnection) async throws {
        try await connection.run(timeout: .seconds(30)) { connection in
            // Our own limits hold; those of the login or of the configuration are made for short statements.
            try connection.execute("SET statement_timeout = 0")
            try connection.execute("SET lock_timeout = 0")
            guard let role else { return }
            let isMember = try connection.query(
                "SELECT pg_has_role(session_user, oid, 'MEMBER') FROM pg_roles WHERE rolname = \(role)")
            if try isMember.first?.decode(Bool.self) == true {
                try connection.execute("SET ROLE \(identifier: role)")
            }
        }
    }

    /// PostgreSQL itself hashes the texts: it has SHA-256 since version 11, and we need no library for it.
    private func filesAndLedger(
        on connection: PostgresConnection
    ) async throws -> (files: [HashedMigration], ledger: [LedgerEntry]) {
        try await connection.run(timeout: .seconds(60)) { connection in
            let checksums = try connection.query(
                """
                SELECT encode(sha256(convert_to(text, 'UTF8')), 'hex')
                FROM unnest(\(source.files.map(\.text))::text[]) WITH ORDINALITY AS file (text, place)
                ORDER BY place
                """
            ).map { try $0.decode(String.self) }
            let files = zip(source.files, checksums).map { HashedMigration(file: $0, checksum: $1) }
            return (files, try ledger.read(on: connection))
        }
    }
}
