import FoundationEssentials
import Postgres
import TestSupport
import Testing
import UsageDomain

@testable import Warehouse

/// What analysts see of each dataset's rows.
@Suite(.database) struct DatasetViewTests {
    private let day = "2025-03-02"

    @Test func `a client known by name alone shows that name, and whether it tells one client`() async throws {
        let fixture = try await Fixture()
        try await fixture.seedClient("c-1", name: "One")
        try await fixture.seedClient("c-2", name: "Two")
        try await fixture.seedFormerName("Once", of: "c-1")
        try await fixture.seedFormerName("Once", of: "c-2")
        try await fixture.seedClient("c-3", name: "Listed")
        try await fixture.query("UPDATE ingest.oauth_client SET usage_name = 'Two' WHERE client_id = 'c-3'")
        try await fixture.seed(
            .simplesearch, day,
            [
                .named("One", 1), .named("Two", 2), .named("Once", 3), .named("Summed", 4), .named("Unknown", 5),
                .of("", 6), .of("c-2", 7),
            ])
        try await fixture.query("UPDATE ingest.oauth_client SET is_shared_name = true WHERE stated_name = 'Summed'")
        let shown = [
            "1||One|f", "2||Two|t", "3||Once|t", "4||Summed|t", "5||Unknown|f", "6|||f", "7|c-2|Two|f",
        ]
        let columns: SQL = "concat_ws('|', requests, client_id, client_name, ambiguous_name)"
        #expect(
            try await fixture.texts("SELECT \(columns) FROM usage.api_usage_daily ORDER BY requests") == shown)
        #expect(try await fixture.texts("SELECT \(columns) FROM usage.api_usage") == [])
        try await fixture.query("UPDATE ingest.organization SET primary_dataset = 'simplesearch'")
        #expect(try await fixture.texts("SELECT \(columns) FROM usage.api_usage ORDER BY requests") == shown)
        // A name is no client.
        #expect(
            try await fixture.texts("SELECT client_id FROM usage.oauth_client ORDER BY client_id")
                == ["", "c-1", "c-2", "c-3"])
        await fixture.close()
    }

    @Test func `whether a name is ambiguous costs nothing where it is not asked`() async throws {
        let fixture = try await Fixture()
        try await fixture.query("SELECT ingest.ensure_partition('2025-03-01')")
        for view in ["api_usage", "api_usage_daily", "restatement"] {
            for (column, isRead) in [("usage_date", false), ("client_name", false), ("ambiguous_name", true)] {
                let plan = try await fixture.query(
                    "EXPLAIN SELECT \(identifier: column) FROM usage.\(identifier: view)"
                ).map { try $0.decode(String.self) }.joined(separator: "\n")
                #expect(plan.contains("oauth_client_history") == isRead, "\(view) \(column): \(plan)")
            }
        }
        await fixture.close()
    }

    @Test func `a change of a row known by name says whether the name is ambiguous`() async throws {
        let fixture = try await Fixture()
        try await fixture.seedClient("c-1", name: "Twin")
        try await fixture.seedClient("c-2", name: "Twin")
        try await fixture.seed(.simplesearch, day, [.named("Twin", 1), .named("Alone", 2)])
        try await fixture.query(
            """
            INSERT INTO ingest.restatement (
                changed_at, run_id, old_requests, organization_key, dataset, usage_date, client_key, endpoint_key,
                user_key, calling_organization_key
            )
            SELECT now(), 1, requests, organization_key, dataset, usage_date, client_key, endpoint_key, user_key,
                calling_organization_key
            FROM ingest.usage_row
            """)
        let lines = try await fixture.texts(
            """
            SELECT concat_ws('|', old_requests, client_id, client_name, ambiguous_name)
            FROM usage.restatement ORDER BY old_requests
            """)
        #expect(lines == ["1||Twin|t", "2||Alone|f"])
        await fixture.close()
    }

    @Test func `a summary shows its snapshots with the days they count and those they count together`() async throws {
        let fixture = try await Fixture()
        try await fixture.seed(.clientSummary, day, of: ["c-1"], [.of("c-1", 5), .of("c-1", 7, uri: "")])
        try await fixture.query(
            """
            INSERT INTO ingest.client_summary_row
            SELECT requests, status_200, status_300, status_400, status_429, status_500, 7, organization_key, client_key,
                usage_date, CASE requests WHEN 5 THEN usage_date - 1 ELSE '-infinity' END, endpoint_key, user_key,
                calling_organization_key
            FROM ingest.usage_row
            """)
        let lines = try await fixture.texts(
            """
            SELECT concat_ws('|', source, organization_id, client_id, as_of, days, coalesce(usage_date::text, '-'),
                template_uri, http_method, requests, status_200)
            FROM usage.client_summary ORDER BY requests
            """)
        #expect(
            lines == [
                "acme|o-1|c-1|2025-03-02|7|2025-03-01|api/v2/users|GET|5|5", "acme|o-1|c-1|2025-03-02|7|-||GET|7|7",
            ])
        await fixture.close()
    }

    @Test func `channels show units, zones, changes and the closed months, exactly`() async throws {
        let fixture = try await Fixture()
        let organization = fixture.organization.rawValue
        try await fixture.seedCoverage(.channelUsage, day)
        try await fixture.query(
            """
            INSERT INTO ingest.channel_usage_row
            VALUES (\(organization), '2025-03-02', 'sms', 12345678901234567890.000000000000000001, 'Asia/Taipei', now(), now()),
                (\(organization), '2025-03-02', 'sage', 0, 'Asia/Taipei', now(), now())
            """)
        try await fixture.query(
            """
            INSERT INTO ingest.channel_restatement (
                organization_key, usage_date, channel, changed_at, first_loaded_at, run_id, old_units, new_units,
                old_time_zone, new_time_zone
            )
            VALUES (\(organization), '2025-03-02', 'sms', now(), now(), 1, 1.5, 2, 'UTC', 'Asia/Taipei')
            """)
        try await fixture.query(
            """
            INSERT INTO ingest.channel_month
            VALUES (\(organization), '2025-02-01', 'sms', 10.5, 10.25, 'Asia/Taipei', now(), 1),
                (\(organization), '2025-02-01', 'email', 3, 3.0, 'Asia/Taipei', now(), 1)
            """)
        #expect(
            try await fixture.texts(
                """
                SELECT concat_ws('|', source, organization_id, organization_name, usage_date, time_zone, channel, units)
                FROM usage.channel_usage_daily ORDER BY channel
                """) == [
                    "acme|o-1|Acme|2025-03-02|Asia/Taipei|sage|0",
                    "acme|o-1|Acme|2025-03-02|Asia/Taipei|sms|12345678901234567890.000000000000000001",
                ])
        #expect(
            try await fixture.texts(
                """
                SELECT concat_ws('|', source, usage_date, channel, old_units, new_units, old_time_zone, new_time_zone)
                FROM usage.channel_restatement
                """) == ["acme|2025-03-02|sms|1.5|2|UTC|Asia/Taipei"])
        #expect(
            try await fixture.texts(
                """
                SELECT concat_ws('|', source, first_day, channel, stated_units, summed_units, trim_scale(difference))
                FROM usage.channel_month ORDER BY channel
                """) == ["acme|2025-02-01|email|3|3.0|0", "acme|2025-02-01|sms|10.5|10.25|0.25"])
        await fixture.close()
    }

    @Test func `a limit shows since when it has its value`() async throws {
        let fixture = try await Fixture()
        try await fixture.query(
            """
            INSERT INTO ingest.limit_snapshot
            SELECT \(fixture.organization.rawValue), as_of::date, namespace, key, value
            FROM (
                VALUES ('2025-01-01', 'usage', 'a', 10), ('2025-01-02', 'usage', 'a', 10),
                    -- Nothing was read on the third.
                    ('2025-01-04', 'usage', 'a', 10), ('2025-01-05', 'usage', 'a', 20), ('2025-01-06', 'usage', 'a', 10),
                    ('2025-01-05', 'usage', 'gone', 1), ('2025-01-02', 'platform.api', 'a', 5)
            ) AS seen (as_of, namespace, key, value)
            """)
        let lines = try await fixture.texts(
            """
            SELECT concat_ws('|', organization_id, namespace, key, value, to_char(first_seen_on, 'DD'),
                to_char(last_seen_on, 'DD'), is_current)
            FROM usage.api_limit ORDER BY namespace, key, first_seen_on
            """)
        #expect(
            lines == [
                "o-1|platform.api|a|5|02|02|t", "o-1|usage|a|10|01|04|f", "o-1|usage|a|20|05|05|f",
                "o-1|usage|a|10|06|06|t", "o-1|usage|gone|1|05|05|f",
            ])
        await fixture.close()
    }
}
