import Postgres
import TestSupport
import Testing

@Suite(.emptyDatabase, .timeLimit(.minutes(30)))
struct MigrateCommandTests {
    @Test func `migrate plans, applies, and is then up to date`() async throws {
        try await Installation.with { usaged in
            let early = try await usaged.usaged("run", "--once")
            #expect(early.code == 78)
            #expect(early.log.contains("usaged migrate"))
            let plan = try await usaged.usaged("migrate", "--plan")
            #expect(plan.code == 0)
            #expect(plan.output.contains("CREATE TABLE ingest.usage_row"))
            #expect(try await usaged.texts("SELECT nspname::text FROM pg_namespace WHERE nspname = 'usage'") == [])
            let applied = try await usaged.usaged("migrate")
            #expect(applied.output.contains("0001_dimensions.sql"), "\(applied.log)")
            #expect(try await usaged.usaged("migrate").output == "The schema is up to date.\n")
            let status = try await usaged.usaged("migrate", "--status")
            #expect(status.output.contains("R_2_views.sql"))
            #expect(!status.output.contains("pending"))
        }
    }

    @Test func `a schema made by hand is taken over by a baseline`() async throws {
        try await Installation.with { usaged in
            #expect(try await usaged.usaged("migrate", "--baseline", "3").code == 0)
            let status = try await usaged.usaged("migrate", "--status")
            #expect(status.output.contains("baselined"))
        }
    }
}
