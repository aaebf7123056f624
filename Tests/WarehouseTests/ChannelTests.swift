import FoundationEssentials
import Postgres
import TestSupport
import Testing
import UsageDomain

@testable import Warehouse

@Suite(.database) struct ChannelTests {
    private let first = day("2025-03-01")
    private let lines: SQL = """
        SELECT usage_date::text, channel, units::text, time_zone, first_loaded_at::date::text, last_changed_at::date::text
        FROM ingest.channel_usage_row ORDER BY usage_date, channel
        """
    private let journal: SQL = """
        SELECT usage_date::text, channel, old_units::text, new_units::text, old_time_zone, new_time_zone,
            first_loaded_at::date::text, changed_at::date::text
        FROM ingest.channel_restatement ORDER BY restatement_id
        """
    private let versions: SQL =
        "SELECT string_agg(ctid::text || xmin || xmax, ',' ORDER BY ctid) FROM ingest.channel_usage_row"

    @Test func `a day is four rows, covered when asked after it has settled in its own zone`() async throws {
        let fixture = try await Fixture()
        let outcome = try await fixture.store(units(1, whatsapp: 2.5, email: 0, sage: 3), on: first)
        #expect((outcome.inserted, outcome.updated, outcome.deleted, outcome.unchanged) == (4, 0, 0, 0))
        #expect(
            try await fixture.lines(lines) == [
                "2025-03-01 email 0 UTC 2025-03-05 2025-03-05", "2025-03-01 sage 3 UTC 2025-03-05 2025-03-05",
                "2025-03-01 sms 1 UTC 2025-03-05 2025-03-05", "2025-03-01 whatsapp 2.5 UTC 2025-03-05 2025-03-05",
            ])
        #expect(
            try await fixture.lines("SELECT dataset::text, client_id, state, row_count::text FROM ingest.coverage")
                == ["channel_usage  covered 4"])
        #expect(try await fixture.value("SELECT state FROM ingest.execution") == "complete")
        #expect(try await fixture.lines(journal) == [])
        // In Honolulu the day ends ten hours later than in UTC.
        let calendar = try await fixture.warehouse.calendar(of: "Pacific/Honolulu", from: first, through: first)
        let settling = Settling(settleAfter: .zero, calendar: try #require(calendar))
        let window = Window(dataset: .channelUsage, days: first..<first.advanced(by: 1))
        for (hours, state) in [(9.9, "provisional"), (10.1, "covered")] {
            let now = first.end + hours * 3600
            let context = WindowContext(
                window: window, organization: fixture.organization, run: fixture.run,
                submission: try await fixture.submit(window, at: now), settling: settling, now: now)
            _ = try await fixture.warehouse.store(units(1), of: context, timeZone: "Pacific/Honolulu")
            #expect(try await fixture.value("SELECT state FROM ingest.coverage") == state)
        }
        await fixture.close()
    }

    @Test func `numbers are compared by value, and an unchanged day touches no row`() async throws {
        let fixture = try await Fixture()
        try await fixture.store(units(Decimal(string: "1.50") ?? 0, whatsapp: 10), on: first)
        try await fixture.query("UPDATE ingest.channel_usage_row SET units = '10.00' WHERE channel = 'whatsapp'")
        let before: String = try await fixture.value(versions)
        let outcome = try await fixture.store(
            units(Decimal(string: "1.5000") ?? 0, whatsapp: Decimal(string: "1e1") ?? 0), on: first,
            at: date("2025-06-01T00:00:00Z"))
        #expect(outcome.isUnchanged && outcome.unchanged == 4)
        #expect(try await fixture.value(versions) == before)
        #expect(try await fixture.lines(journal) == [])
        await fixture.close()
    }

    @Test func `changed units are updated and journalled, the others left alone`() async throws {
        let fixture = try await Fixture()
        try await fixture.store(units(1, whatsapp: 2), on: first)
        try await fixture.store(units(7), on: first.advanced(by: 1))
        let outcome = try await fixture.store(units(1, whatsapp: 2.25), on: first, at: date("2025-06-01T00:00:00Z"))
        #expect((outcome.inserted, outcome.updated, outcome.unchanged) == (0, 1, 3))
        #expect(
            try await fixture.lines(journal) == [
                "2025-03-01 whatsapp 2 2.25 UTC UTC 2025-03-05 2025-06-01"
            ])
        #expect(
            try await fixture.lines("\(lines) OFFSET 3") == [
                "2025-03-01 whatsapp 2.25 UTC 2025-03-05 2025-06-01", "2025-03-02 email 0 UTC 2025-03-06 2025-03-06",
                "2025-03-02 sage 0 UTC 2025-03-06 2025-03-06", "2025-03-02 sms 7 UTC 2025-03-06 2025-03-06",
                "2025-03-02 whatsapp 0 UTC 2025-03-06 2025-03-06",
            ])
        #expect(
            try await fixture.store(units(1, whatsapp: 2.25), on: first, timeZone: "Asia/Taipei").updated == 4)
        #expect(try await fixture.lines("\(journal) OFFSET 1").count == 4)
        await fixture.close()
    }

    /// 38 digits are what `Decimal` holds; its exponents reach from -128 to 127.
    @Test(arguments: [
        "0", "1", "0.1", "12345678901234567890123456789012345678", "1234567890123456789012345678901234567.8",
        "0.12345678901234567890123456789012345678", "1e127", "1e-127", "99999999999999999999999999999999999999e80",
    ])
    func `decimals arrive to the last digit`(text: String) async throws {
        let fixture = try await Fixture()
        try await fixture.store(units(try #require(Decimal(string: text))), on: first)
        #expect(
            try await fixture.value(
                "SELECT units = \(text)::numeric FROM ingest.channel_usage_row WHERE channel = 'sms'")
                == true)
        await fixture.close()
    }

    @Test func `what is no number of units is refused and changes nothing`() async throws {
        let fixture = try await Fixture()
        try await fixture.store(units(1), on: first)
        for bad in [Decimal.nan, -1] {
            let error = await #expect(throws: PostgresError.self) { try await fixture.store(units(bad), on: first) }
            #expect(error?.sqlState == "23514")
        }
        #expect(try await fixture.value("SELECT sum(units)::text FROM ingest.channel_usage_row") == "1")
        #expect(try await fixture.value("SELECT submission_id FROM ingest.coverage") == Int64(1))
        await fixture.close()
    }

    @Test func `an answer that was submitted earlier does not replace a later one`() async throws {
        let fixture = try await Fixture()
        let window = Window(dataset: .channelUsage, days: first..<first.advanced(by: 1))
        let earlier = try await fixture.submit(window)
        try await fixture.store(units(2), on: first)
        let outcome = try await fixture.warehouse.store(
            units(1), of: fixture.context(window, earlier), timeZone: "UTC")
        #expect(outcome.isSuperseded)
        #expect(try await fixture.value("SELECT sum(units)::text FROM ingest.channel_usage_row") == "2")
        #expect(try await fixture.value("SELECT count(*) FROM ingest.execution WHERE state = 'complete'") == Int64(2))
        #expect(try await fixture.lines(journal) == [])
        await fixture.close()
    }

    @Test func `of answers about one day that are stored at once the one submitted last stays`() async throws {
        let fixture = try await Fixture(connections: 8)
        let window = Window(dataset: .channelUsage, days: first..<first.advanced(by: 1))
        for round in 0..<10 {
            var submissions: [SubmissionID] = []
            for _ in 0..<8 { submissions.append(try await fixture.submit(window)) }
            let contexts = submissions.map { fixture.context(window, $0) }
            try await withThrowingTaskGroup { group in
                for (number, context) in contexts.enumerated().shuffled() {
                    group.addTask {
                        _ = try await fixture.warehouse.store(
                            units(Decimal(round * 100 + number)), of: context, timeZone: "UTC")
                    }
                }
                try await group.waitForAll()
            }
            #expect(
                try await fixture.value("SELECT units::text FROM ingest.channel_usage_row WHERE channel = 'sms'")
                    == "\(round * 100 + 7)")
        }
        // The journal is a chain from the first value to the last.
        #expect(
            try await fixture.value(
                """
                SELECT count(*) FROM (
                    SELECT old_units, lag(new_units) OVER (ORDER BY restatement_id) AS former
                    FROM ingest.channel_restatement
                ) AS step WHERE old_units <> former
                """) == Int64(0))
        await fixture.close()
    }
}
