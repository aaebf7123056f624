import EphemeralPostgres
import Postgres
import TestSupport
import Testing
import UsageSimulator

/// The database behind a pooler.
@Suite(.database, .timeLimit(.minutes(30)))
struct PoolerTests {
    /// Runs a pass through a pooler.
    private func run(
        through mode: Pooler.Mode, _ body: @Sendable (Installation, Installation.Finished) async throws -> Void
    ) async throws {
        try await Installation.with(World(seed: 58), script: Installation.prompt) { usaged in
            let pooler = try Pooler(mode, to: .unixSocket(usaged.database.cluster.socketPath))
            defer { pooler.close() }
            try usaged.configure {
                $0.replacing(usaged.conninfo, with: pooler.conninfo(database: usaged.database.name))
                    .replacing("2020-01-01", with: "\(Installation.daysAgo(3))")
            }
            try await body(usaged, usaged.usaged("run", "--once"))
        }
    }

    @Test func `in transaction mode is refused before anything is locked or asked`() async throws {
        try await run(through: .transaction) { usaged, finished async throws in
            #expect(finished.code == 78, "\(finished.log)")
            #expect(finished.log.contains("as through a pooler in transaction mode"))
            #expect(usaged.simulator.ledger.count(of: .submit) == 0)
            #expect(try await usaged.advisoryLocks() == 0)
            #expect(try await usaged.texts("SELECT name FROM ingest.source") == [])
        }
    }

    @Test func `in session mode is as good as the server itself`() async throws {
        try await run(through: .session) { usaged, finished async throws in
            #expect(finished.code == 0, "\(finished.log)")
            #expect(try await usaged.texts("SELECT outcome FROM ingest.run") == ["complete"])
            try await eventually("no lock is left") { try await usaged.advisoryLocks() == 0 }
        }
    }
}

extension Installation {
    fileprivate func advisoryLocks() async throws -> Int {
        try await texts(
            """
            SELECT 'x' FROM pg_locks
            WHERE locktype = 'advisory'
                AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
            """
        ).count
    }
}
