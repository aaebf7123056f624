import Postgres
import TestSupport
import Testing
import UsageDomain

@testable import Warehouse

/// `usage.billing_period` and `usage.allowance_forecast`, with answers worked out by hand.
@Suite(.database) struct BillingPeriodTests {
    /// Ten requests a day from January 20 to April 1, 2025, and 900 on February 10; March 1 and 2 are not stored.
    private func fixture() async throws -> Fixture {
        let fixture = try await Fixture()
        try await fixture.query("UPDATE ingest.source_dataset SET start_date = '2025-01-20'")
        var amounts = [Int64?](repeating: 10, count: 72)
        amounts[21] = 900
        amounts[40] = nil
        amounts[41] = nil
        try await fixture.seedTotals(amounts, from: "2025-01-20")
        // Counts other requests: never added.
        try await fixture.seedTotals([1000, 1000], from: "2025-02-10", dataset: .organizationJobs)
        try await fixture.query("UPDATE ingest.coverage SET state = 'provisional' WHERE usage_date = '2025-04-01'")
        return fixture
    }

    private let periods: SQL = """
        SELECT first_day, last_day, is_current, days_in_period, days_past, days_stored, days_provisional, is_complete,
            requests, allowance, used_percent, excess, excess_price, currency, excess_cost, changed_afterwards
        FROM usage.billing_period WHERE organization_id = 'o-1' AND dataset = 'organization_query'
        ORDER BY first_day
        """

    @Test func `without anything entered, periods are calendar months without allowance or price`() async throws {
        let fixture = try await fixture()
        try await fixture.expect(
            periods, asOf: "2025-04-02T12:00:00Z",
            is: [
                "(2025-01-01,2025-01-31,f,31,31,12,0,f,120,,,,,\"\",,0)",
                "(2025-02-01,2025-02-28,f,28,28,28,0,t,1170,,,,,\"\",,0)",
                "(2025-03-01,2025-03-31,f,31,31,29,0,f,290,,,,,\"\",,0)",
                "(2025-04-01,2025-04-30,t,30,1,1,1,t,10,,,,,\"\",,0)",
            ])
        await fixture.close()
    }

    @Test func `periods follow the anchor day, and allowance and price are those of their first day`() async throws {
        let fixture = try await fixture()
        try await fixture.query(
            """
            INSERT INTO ingest.billing_terms (organization_id, valid_from, anchor_day, excess_price, currency) VALUES
                ('o-1', '2025-01-01', 15, 0.002, 'USD'), ('o-1', '2025-03-10', 31, 0.003, 'EUR'),
                ('o-2', '2025-01-01', 7, 1, 'CHF')
            """)
        try await fixture.query(
            """
            INSERT INTO ingest.request_allowance
                (organization_id, licence, valid_from, requests, licences, requests_per_licence)
            VALUES
                ('o-1', '', '2025-01-01', 1000, NULL, NULL), ('o-1', 'CX 2', '2025-02-01', NULL, 10, 100),
                ('o-1', 'CX 2', '2025-03-31', NULL, 12.5, 101), ('o-2', '', '2025-01-01', 7, NULL, NULL)
            """)
        // Found after the period's end, before it, and in another dataset.
        try await fixture.query(
            """
            INSERT INTO ingest.restatement (changed_at, run_id, old_requests, new_requests, organization_key, dataset,
                usage_date, client_key, endpoint_key, user_key, calling_organization_key)
            SELECT changed_at::timestamptz, 1, old, new, \(fixture.organization.rawValue), dataset::ingest.dataset,
                '2025-02-10', 1, 1, 1, 1
            FROM (VALUES
                ('2025-02-15 00:00Z', 800, 900, 'organization_query'), ('2025-02-14 23:59Z', 1, 800, 'organization_query'),
                ('2025-02-20 00:00Z', NULL, 5, 'organization_jobs'), ('2025-03-20 00:00Z', 7, NULL, 'organization_query')
            ) AS change (changed_at, old, new, dataset)
            """)
        try await fixture.expect(
            periods, asOf: "2025-04-02T12:00:00Z",
            is: [
                "(2025-01-15,2025-02-14,f,31,31,26,0,f,1150,1000,115.00,150,0.002,USD,0.30,93)",
                "(2025-02-15,2025-03-30,f,44,44,42,0,f,420,2000,21.00,0,0.002,USD,0.00,0)",
                "(2025-03-31,2025-04-29,t,30,2,2,1,t,20,2263,0.88,0,0.003,EUR,0.00,0)",
            ])
        try await fixture.expect(
            """
            SELECT licence, valid_from, valid_to, allowance, is_known FROM usage.allowance
            ORDER BY organization_id, licence, valid_from
            """, asOf: "2025-04-02T12:00:00Z",
            is: [
                "(\"\",2025-01-01,,1000,t)", "(\"CX 2\",2025-02-01,2025-03-30,1000,t)",
                "(\"CX 2\",2025-03-31,,1263,t)", "(\"\",2025-01-01,,7,f)",
            ])
        // The sums outlive the journal, of which nothing is known then.
        try await fixture.query("INSERT INTO ingest.retention VALUES ('facts', '2025-02-01', '2025-04-01')")
        try await fixture.expect(
            "SELECT first_day, requests, changed_afterwards FROM usage.billing_period ORDER BY first_day",
            asOf: "2025-04-02T12:00:00Z",
            is: ["(2025-01-15,1150,)", "(2025-02-15,420,0)", "(2025-03-31,20,0)"])
        await fixture.close()
    }

    @Test func `the end of a period is forecast from its days, and what is missing is estimated`() async throws {
        let fixture = try await fixture()
        try await fixture.query(
            """
            INSERT INTO ingest.request_allowance (organization_id, valid_from, requests) VALUES ('o-1', '2025-01-01', 155)
            """)
        try await fixture.query(
            """
            INSERT INTO ingest.billing_terms (organization_id, valid_from, anchor_day, excess_price, currency)
            VALUES ('o-1', '2025-01-01', 31, 0.5, 'USD')
            """)
        let question: SQL = """
            SELECT today, first_day, last_day, days_left, history_days, estimated_days, requests, projected, allowance,
                used_percent, projected_percent, exhausted_on, projected_excess, projected_cost, typical_day,
                weekly_growth_percent
            FROM usage.allowance_forecast
            """
        // The tenth of February is an accident that nothing is learnt from; the sixteenth day is the one too many.
        try await fixture.expect(
            question, asOf: "2025-04-02T12:00:00Z",
            is: [
                "(2025-04-02,2025-03-31,2025-04-29,28,70,0,20,300,155,12.90,193.55,2025-04-15,145,72.50,10,0.00)"
            ])
        // Three days later nothing more is stored.
        try await fixture.expect(
            question, asOf: "2025-04-05T12:00:00Z",
            is: [
                "(2025-04-05,2025-03-31,2025-04-29,25,70,3,20,300,155,12.90,193.55,2025-04-15,145,72.50,10,0.00)"
            ])
        // Two days of February and March that were not stored are as the others.
        try await fixture.expect(
            question, asOf: "2025-03-21T12:00:00Z",
            is: [
                "(2025-03-21,2025-02-28,2025-03-30,10,58,2,190,310,155,122.58,200.00,2025-03-15,155,77.50,10,0.00)"
            ])
        await fixture.close()
    }

    /// Anchor day, and the first days of the periods that a year from January 20, 2024, has.
    static let anchors: [(Int, [String])] = [
        (1, (1...12).map { "2024-\($0 < 10 ? "0" : "")\($0)-01" } + ["2025-01-01"]),
        (
            31,
            [
                "2023-12-31", "2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30", "2024-05-31", "2024-06-30",
                "2024-07-31", "2024-08-31", "2024-09-30", "2024-10-31", "2024-11-30", "2024-12-31",
            ]
        ),
        (30, ["2023-12-30", "2024-01-30", "2024-02-29"] + (3...12).map { "2024-\($0 < 10 ? "0" : "")\($0)-30" }),
    ]

    @Test(arguments: anchors)
    func `an anchor day that a month lacks is its last day`(_ anchor: Int, _ firstDays: [String]) async throws {
        let fixture = try await Fixture()
        try await fixture.query("UPDATE ingest.source_dataset SET start_date = '2024-01-20'")
        try await fixture.seedTotals([1], from: "2024-01-20")
        try await fixture.query(
            """
            INSERT INTO ingest.billing_terms (organization_id, valid_from, anchor_day)
            VALUES ('o-1', '2024-06-01', \(Int32(anchor)))
            """)
        #expect(
            try await fixture.texts(
                "SELECT first_day::text FROM usage.billing_period ORDER BY first_day", asOf: "2025-01-20T00:00:00Z")
                == firstDays)
        await fixture.close()
    }

    @Test func `whatever the terms become, each day lies in one period`() async throws {
        let fixture = try await Fixture()
        try await fixture.query("UPDATE ingest.source_dataset SET start_date = '2024-01-05'")
        try await fixture.seedTotals([1], from: "2024-01-05")
        for seed in 1...20 {
            var random = Seeded(seed)
            try await fixture.query("DELETE FROM ingest.billing_terms")
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                let validFrom = day("2023-11-01").advanced(by: Int.random(in: 0..<600, using: &random))
                try await fixture.query(
                    """
                    INSERT INTO ingest.billing_terms (organization_id, valid_from, anchor_day)
                    VALUES ('o-1', \(validFrom.sqlDate), \(Int32.random(in: 1...31, using: &random)))
                    ON CONFLICT DO NOTHING
                    """)
            }
            let wrong = try await fixture.texts(
                """
                SELECT concat_ws(' ', usage_date, periods, currents) FROM (
                    SELECT day::date AS usage_date, count(period.first_day) AS periods,
                        count(*) FILTER (WHERE period.is_current) AS currents
                    FROM generate_series(timestamp '2024-01-05', '2025-06-01', '1 day') AS day
                    LEFT JOIN usage.billing_period AS period ON day::date BETWEEN period.first_day AND period.last_day
                    GROUP BY day
                ) AS counted WHERE periods <> 1 OR currents <> 1 AND usage_date = '2025-06-01'
                """, asOf: "2025-06-01T12:00:00Z")
            #expect(wrong == [], "seed \(seed)")
        }
        await fixture.close()
    }

    /// What the tables refuse.
    static let mistakes = [
        "request_allowance (organization_id, valid_from) VALUES ('o', '2025-01-01')",
        "request_allowance (organization_id, valid_from, licences) VALUES ('o', '2025-01-01', 1)",
        "request_allowance (organization_id, valid_from, requests_per_licence) VALUES ('o', '2025-01-01', 1)",
        "request_allowance VALUES ('o', '', '2025-01-01', 1, 1, 1)",
        "request_allowance VALUES ('o', '', '2025-01-01', -1, NULL, NULL)",
        "request_allowance VALUES ('o', '', '2025-01-01', NULL, 1, -1)",
        "request_allowance VALUES ('o', '', '2025-01-01', NULL, 'NaN', 1)",
        "request_allowance VALUES ('', '', '2025-01-01', 1, NULL, NULL)",
        "request_allowance VALUES ('o', '', 'infinity', 1, NULL, NULL)",
        "channel_allowance VALUES ('o', 'fax', '2025-01-01', 1)",
        "channel_allowance VALUES ('o', 'sms', '2025-01-01', -1)",
        "billing_terms VALUES ('o', '', '2025-01-01', 0)", "billing_terms VALUES ('o', '', '2025-01-01', 32)",
        "billing_terms VALUES ('o', 'fax', '2025-01-01', 1)", "billing_terms VALUES ('o', '', '2025-01-01', 1, 0.1)",
        "billing_terms VALUES ('o', '', '2025-01-01', 1, NULL, 'USD')",
        "billing_terms VALUES ('o', '', '2025-01-01', 1, 0.1, 'usd')",
        "billing_terms VALUES ('o', '', '2025-01-01', 1, -1, 'USD')",
    ]

    @Test(arguments: mistakes)
    func `what cannot be meant is refused`(_ mistake: String) async throws {
        let pool = try TestDatabase.current.pool()
        let error = await #expect(throws: PostgresError.self) {
            _ = try await pool.withConnection { try $0.execute("INSERT INTO ingest.\(unsafe: mistake)") }
        }
        #expect(error?.sqlState == "23514")
    }
}
