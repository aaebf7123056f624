import Postgres
import TestSupport
import Testing
import UsageDomain

@testable import Warehouse

/// The billing periods of channels, in the organization's own days.
@Suite(.database) struct ChannelAllowanceTests {
    /// An hour before midnight in UTC it is already April 21 in Taipei. Two and a half SMS a day, and eight WhatsApp units on
    /// April 17, from April 1 to 20, but April 3 and 4 are not stored.
    private func fixture() async throws -> Fixture {
        let fixture = try await Fixture()
        try await fixture.query("UPDATE ingest.organization SET time_zone = 'Asia/Taipei', primary_dataset = NULL")
        try await fixture.query(
            "UPDATE ingest.source_dataset SET dataset = 'channel_usage', start_date = '2025-04-01'")
        try await fixture.seedTotals([], from: "2025-04-01", dataset: .channelUsage)
        try await fixture.query(
            """
            INSERT INTO ingest.coverage (
                organization_key, dataset, client_id, usage_date, state, row_count, submission_id, fetched_at, run_id
            )
            SELECT \(fixture.organization.rawValue)::integer, 'channel_usage', '', day::date, 'covered', 4, 1,
                timestamptz '2025-04-21', \(fixture.run.rawValue)::bigint
            FROM generate_series(timestamp '2025-04-01', '2025-04-20', '1 day') AS day
            WHERE extract(day FROM day) NOT IN (3, 4)
            """)
        try await fixture.query(
            """
            INSERT INTO ingest.channel_usage_row (
                organization_key, usage_date, channel, units, time_zone, first_loaded_at, last_changed_at
            )
            SELECT organization_key, usage_date, channel,
                CASE channel WHEN 'sms' THEN 2.5 WHEN 'whatsapp' THEN 8 * (usage_date = '2025-04-17')::integer ELSE 0 END,
                'Asia/Taipei', fetched_at, fetched_at
            FROM ingest.coverage CROSS JOIN unnest(ARRAY['sms', 'whatsapp', 'email', 'sage']) AS channel
            """)
        return fixture
    }

    @Test func `each channel has its own allowance, anchor day and price`() async throws {
        let fixture = try await fixture()
        try await fixture.query(
            """
            INSERT INTO ingest.channel_allowance VALUES
                ('o-1', 'sms', '2025-01-01', 40), ('o-1', 'sms', '2025-04-02', 1), ('o-1', 'whatsapp', '2025-01-01', 10)
            """)
        try await fixture.query(
            """
            INSERT INTO ingest.billing_terms VALUES
                ('o-1', 'sms', '2025-01-01', 1, 0.07, 'TWD'), ('o-1', 'whatsapp', '2025-01-01', 15, 1, 'USD')
            """)
        try await fixture.query(
            """
            INSERT INTO ingest.channel_restatement (organization_key, usage_date, channel, changed_at, first_loaded_at, run_id,
                old_units, new_units, old_time_zone, new_time_zone)
            SELECT \(fixture.organization.rawValue), '2025-04-10', 'whatsapp', changed_at::timestamptz, '2025-04-11', 1, 1,
                units, 'Asia/Taipei', 'Asia/Taipei'
            FROM (VALUES ('2025-04-14 15:59Z', 3), ('2025-04-14 16:00Z', 1.5)) AS change (changed_at, units)
            """)
        // In UTC it is still April 20.
        try await fixture.expect(
            """
            SELECT channel, first_day, last_day, is_current, days_past, days_stored, is_complete, units, allowance,
                used_percent, excess, excess_cost, currency, changed_afterwards
            FROM usage.channel_billing_period WHERE channel IN ('sms', 'whatsapp') AND time_zone = 'Asia/Taipei'
            ORDER BY channel, first_day
            """, asOf: "2025-04-20T23:00:00Z",
            is: [
                "(sms,2025-04-01,2025-04-30,t,20,18,f,45.0,40,112.50,5.0,0.35,TWD,0)",
                "(whatsapp,2025-03-15,2025-04-14,f,31,12,f,0,10,0.00,0,0.00,USD,0.5)",
                "(whatsapp,2025-04-15,2025-05-14,t,6,6,t,8,10,80.00,0,0.00,USD,0)",
            ])
        try await fixture.expect(
            """
            SELECT channel, today, days_left, history_days, estimated_days, units, projected, allowance, exhausted_on,
                projected_excess, projected_cost
            FROM usage.channel_allowance_forecast ORDER BY channel
            """, asOf: "2025-04-20T23:00:00Z",
            is: [
                "(email,2025-04-21,10,18,2,0,0.00,,,,)", "(sage,2025-04-21,10,18,2,0,0.00,,,,)",
                "(sms,2025-04-21,10,18,2,45.0,75.00,40,2025-04-17,35.00,2.45)",
                "(whatsapp,2025-04-21,24,18,0,8,21.92,10,2025-04-24,11.92,11.92)",
            ])
        #expect(try await fixture.texts("SELECT organization_id FROM usage.billing_period") == [])
        await fixture.close()
    }
}
