import Postgres
import TestSupport
import Testing
import UsageDomain

@testable import Warehouse

@Suite(.database) struct StoringTests {
    @Test func `however many answers are stored at once, small statements find a connection`() async throws {
        let fixture = try await Fixture()
        let warehouse = Warehouse(
            conninfo: try TestDatabase.current.conninfo, connections: 4, connectTimeout: .seconds(120), logger: .silent)
        let months = (1...6).map { window("2025-0\($0)-01", "2025-0\($0)-28") }
        for month in months { try await fixture.store(rows(month, clients: 1, requests: 1), month) }
        // A reader's lock that stores must wait for.
        let analyst = try await TestDatabase.current.connect()
        try await analyst.run(timeout: .seconds(60)) { connection in
            try connection.execute("BEGIN")
            try connection.execute("LOCK TABLE ingest.coverage IN SHARE MODE")
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for month in months {
                let submission = try await fixture.submit(month)
                let context = fixture.context(month, submission)
                group.addTask {
                    _ = try? await warehouse.store(spool(rows(month, clients: 2, requests: 2)), replacing: context)
                }
            }
            try await eventually("one waits for the lock") {
                try await fixture.value(
                    """
                    SELECT count(*) FROM pg_locks
                    WHERE NOT granted AND relation = 'ingest.coverage'::regclass
                    """, as: Int64.self) > 0
            }
            // Whoever finds no connection waits for half a minute and fails. More than once, so that all others have come
            // to where they wait.
            var answered = 0
            for _ in 1...200 where try await warehouse.budget(of: "acme").allowance == nil { answered += 1 }
            #expect(answered == 200)
            _ = try await analyst.run(timeout: .seconds(60)) { try $0.execute("COMMIT") }
            try await group.waitForAll()
        }
        await analyst.close()
        await warehouse.close()
        await fixture.close()
    }
}
