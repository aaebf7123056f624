import Ingest
import Logging
import Operations
import Postgres
import TestSupport
import Testing
import Timekeeping
import UsageDomain
import Warehouse

@testable import Daemon

/// What the daemon's loop over a source does when its runs keep failing.
@Suite(.database, .timeLimit(.minutes(30)))
struct SourceLoopTests {
    @Test func `while runs fail, an abandoned source is tried ever more seldom, and that is said once`() async throws {
        let database = try TestDatabase.current
        let pool = database.pool()
        try await pool.withConnection { connection in
            // Counted in a sequence, for the failure rolls everything else back.
            try connection.executeScript(
                """
                CREATE SEQUENCE public.attempt;
                CREATE FUNCTION public.fail() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    PERFORM nextval('public.attempt');
                    RAISE EXCEPTION 'not today';
                END $$;
                INSERT INTO ingest.source (name, kind, is_configured, held_since)
                VALUES ('acme', 'genesys', true, '2025-01-01');
                CREATE TRIGGER fail BEFORE UPDATE ON ingest.source EXECUTE FUNCTION public.fail();
                """)
        }
        let warehouse = Warehouse(conninfo: database.conninfo, logger: .silent)
        let logs = LogCapture()
        var settings = PassSettings(lookbackDays: 7, widePassDays: 35, spoolDirectory: "/tmp", version: "test")
        settings.holds.absence = .zero
        let abandonments = Abandonments()
        // As the presence tells after each look.
        let looks = Task {
            while !Task.isCancelled {
                abandonments.note(["acme", "tower"])
                await Task.yield()
            }
        }
        defer { looks.cancel() }
        var loop = SourceLoop(
            pass: Pass(warehouse: warehouse, sources: [], settings: settings, onEvent: { _ in }), source: "acme",
            datasets: [], ticks: Ticks(every: .seconds(3_600), phase: .zero), admission: Admission(sources: 1),
            abandonments: abandonments, timekeeper: Timekeeper(),
            monitor: Monitor(sources: [("acme", [])], supervision: Supervision(now: { .zero })), logger: logs.logger)
        loop.looks = FailureStreak(shortest: .milliseconds(1), longest: .milliseconds(8))
        let running = Task { [loop] in try await loop.run() }
        func attempts() async throws -> Int64 {
            try await pool.withConnection { connection in
                try connection.query("SELECT last_value FROM public.attempt").first?.decode(Int64.self) ?? 0
            }
        }
        try await eventually("it is tried again and again") { try await attempts() >= 5 }
        #expect(logs.messages(from: .info) == ["run failed"])
        try await pool.withConnection { connection in
            _ = try connection.execute("DROP TRIGGER fail ON ingest.source")
        }
        try await eventually("it works again") { logs.messages(from: .info).contains("runs no longer fail") }
        running.cancel()
        try await running.value
        let lines = logs.messages(from: .info).prefix(2)
        #expect(lines == ["run failed", "runs no longer fail"])
        await warehouse.close()
    }

    @Test func `the wait is doubled with each failure up to a minute, and is short again after a success`() {
        var failures = FailureStreak(shortest: .seconds(5), longest: .seconds(60))
        var waits = [failures.wait]
        for _ in 1...6 {
            _ = failures.failed("no")
            waits.append(failures.wait)
        }
        #expect(waits == [5, 10, 20, 40, 60, 60, 60].map { Duration.seconds($0) })
        let ended = [failures.succeeded(), failures.succeeded()]
        #expect(ended == [6, 0])
        #expect(failures.wait == .seconds(5))
    }

    @Test func `a failure is news when it is the first, or of another kind`() {
        var failures = FailureStreak(shortest: .seconds(5), longest: .seconds(60))
        let news = ["no", "no", "never", "never"].map { failures.failed($0) }
        #expect(news == [true, false, true, false])
        _ = failures.succeeded()
        let isNews = failures.failed("never")
        #expect(isNews)
    }
}
