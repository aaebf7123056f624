import FoundationEssentials
import Postgres
import TestSupport
import Testing
import UsageDomain

@testable import Warehouse

@Suite(.database) struct SummaryTests {
    private let asOf = day("2025-06-01")

    private func summary(days: Int = 7, _ rows: [ClientSummary.Row]) -> ClientSummary {
        ClientSummary(days: days, rows: rows)
    }

    private func line(
        _ requests: Int64, _ day: Day? = nil, _ uri: String = "api/v2/users", user: String = "", caller: String = ""
    ) -> ClientSummary.Row {
        ClientSummary.Row(
            day: day, callingOrganizationID: caller, userID: user, templateURI: uri, httpMethod: "GET",
            counts: UsageCounts(
                requests: requests,
                statusCounts: StatusCounts(
                    status200: requests, status300: 1, status400: 2, status429: 3, status500: 4)))
    }

    private let lines: SQL = """
        SELECT client_id, as_of::text, usage_date::text, template_uri, user_id, calling_organization_id, days::text,
            requests::text
        FROM ingest.client_summary_row
        INNER JOIN ingest.oauth_client USING (client_key)
        INNER JOIN ingest.endpoint USING (endpoint_key)
        INNER JOIN ingest.usage_user USING (user_key)
        INNER JOIN ingest.calling_organization USING (calling_organization_key)
        ORDER BY client_id, as_of, usage_date, template_uri, user_id
        """
    private let versions: SQL = """
        SELECT coalesce(string_agg(ctid::text || xmin || xmax, ',' ORDER BY ctid), '') FROM ingest.client_summary_row
        """

    @Test func `a snapshot is stored as answered, with and without days, and covered at once`() async throws {
        let fixture = try await Fixture()
        let rows = [
            line(5), line(3, day("2025-05-31")), line(4, day("2025-05-31"), "api/v2", user: "u", caller: "o-2"),
        ]
        #expect(try await fixture.store(summary(rows), asOf: asOf).inserted == 3)
        #expect(
            try await fixture.lines(lines) == [
                "c-1 2025-06-01 -infinity api/v2/users   7 5", "c-1 2025-06-01 2025-05-31 api/v2 u o-2 7 4",
                "c-1 2025-06-01 2025-05-31 api/v2/users   7 3",
            ])
        #expect(
            try await fixture.lines(
                "SELECT dataset::text, client_id, usage_date::text, state, row_count::text, submission_id::text FROM ingest.coverage"
            ) == ["client_summary c-1 2025-06-01 covered 3 1"])
        #expect(try await fixture.value("SELECT state FROM ingest.execution") == "complete")
        #expect(try await fixture.value("SELECT count(*) FROM pg_inherits") == Int64(0), "it needs no partition")
        await fixture.close()
    }

    @Test func `a later answer replaces the snapshot, and touches only what differs`() async throws {
        let fixture = try await Fixture()
        let others = [line(3, day("2025-05-31"))]
        try await fixture.store(summary(others), of: "c-2", asOf: asOf)
        try await fixture.store(summary(others), asOf: day("2025-05-31"))
        try await fixture.store(summary([line(5), line(1, nil, "api/gone"), line(1, nil, "api/same")]), asOf: asOf)
        let untouched: SQL = """
            SELECT string_agg(held.ctid::text || held.xmin, ',' ORDER BY held.ctid)
            FROM ingest.client_summary_row AS held INNER JOIN ingest.endpoint USING (endpoint_key)
            WHERE template_uri = 'api/same' OR usage_date > '-infinity'
            """
        let before: String = try await fixture.value(untouched)
        let outcome = try await fixture.store(
            summary([line(1, nil, "api/same"), line(6), line(1, nil, "api/new")]), asOf: asOf)
        #expect((outcome.inserted, outcome.updated, outcome.deleted, outcome.unchanged) == (1, 1, 1, 1))
        #expect(try await fixture.value(untouched) == before)
        #expect(
            try await fixture.lines(lines) == [
                "c-1 2025-05-31 2025-05-31 api/v2/users   7 3", "c-1 2025-06-01 -infinity api/new   7 1",
                "c-1 2025-06-01 -infinity api/same   7 1", "c-1 2025-06-01 -infinity api/v2/users   7 6",
                "c-2 2025-06-01 2025-05-31 api/v2/users   7 3",
            ])
        // Every counter is looked at, and how many days were asked for.
        var odd = [line(1, nil, "api/same"), line(6), line(1, nil, "api/new")]
        odd[0].counts.statusCounts.status429 += 1
        #expect(try await fixture.store(summary(odd), asOf: asOf).updated == 1)
        #expect(try await fixture.store(summary(days: 8, odd), asOf: asOf).updated == 3)
        #expect(try await fixture.store(summary([]), asOf: asOf).deleted == 3)
        await fixture.close()
    }

    @Test func `the same snapshot again touches no row`() async throws {
        let fixture = try await Fixture()
        let rows = (0..<500).map { line(Int64($0), $0 % 2 == 0 ? nil : asOf, "api/\($0)") }
        try await fixture.store(summary(rows), asOf: asOf)
        let before: String = try await fixture.value(versions)
        let outcome = try await fixture.store(summary(rows.reversed()), asOf: asOf)
        #expect(outcome.isUnchanged && outcome.unchanged == 500)
        #expect(try await fixture.value(versions) == before)
        await fixture.close()
    }

    @Test func `an answer that was submitted earlier does not replace a later one`() async throws {
        let fixture = try await Fixture()
        let window = snapshot("c-1", asOf)
        let earlier = try await fixture.submit(window)
        try await fixture.store(summary([line(5)]), asOf: asOf)
        let before: String = try await fixture.value(versions)
        let outcome = try await fixture.warehouse.store(summary([]), of: fixture.context(window, earlier))
        #expect(outcome.isSuperseded)
        #expect(try await fixture.value(versions) == before)
        #expect(try await fixture.value("SELECT count(*) FROM ingest.execution WHERE state = 'complete'") == Int64(2))
        #expect(try await fixture.value("SELECT submission_id FROM ingest.coverage") == earlier.rawValue + 1)
        await fixture.close()
    }

    @Test func `a summary that states one fact twice changes nothing`() async throws {
        let fixture = try await Fixture()
        try await fixture.store(summary([line(5)]), asOf: asOf)
        let error = await #expect(throws: WarehouseError.self) {
            try await fixture.store(summary([line(1, nil, "api/v2"), line(6), line(2, nil, "api/v2")]), asOf: asOf)
        }
        let identity = RowIdentity(day: asOf, clientID: "c-1", templateURI: "api/v2", httpMethod: "GET")
        #expect(error == .duplicateRow(identity, ordinals: [0, 2]))
        #expect(try await fixture.lines(lines) == ["c-1 2025-06-01 -infinity api/v2/users   7 5"])
        // What looks alike and differs in its bytes is two facts.
        #expect(
            try await fixture.store(summary([line(1, nil, "caf\u{e9}"), line(1, nil, "cafe\u{301}")]), asOf: asOf)
                .inserted == 2)
        await fixture.close()
    }
}
