import FoundationEssentials
import Postgres
import TestSupport
import Testing
import UsageDomain

@testable import Warehouse

@Suite(.database) struct ChannelMonthTests {
    private let march = Month(year: 2025, month: 3)
    private let now = date("2025-06-01T00:00:00Z")

    private func fill(_ month: Month, timeZone: String = "UTC", _ fixture: Fixture) async throws {
        for day in month.days { try await fixture.store(units(1, sage: 0.1), on: day, timeZone: timeZone, at: now) }
    }

    private func check(
        _ stated: ChannelUsage, timeZone: String = "UTC", _ fixture: Fixture
    ) async throws -> [Channel: Decimal]? {
        try await fixture.warehouse.storeChannelMonth(
            march, stated: stated, organization: fixture.organization, timeZone: timeZone, run: fixture.run, now: now)
    }

    private func due(_ fixture: Fixture, timeZone: String = "UTC") async throws -> [Month] {
        try await fixture.warehouse.channelMonthsToCheck(of: fixture.organization, timeZone: timeZone)
    }

    @Test func `a month is due once, when its last day is covered`() async throws {
        let fixture = try await Fixture()
        for month in 1...3 { try await fill(Month(year: 2025, month: month), fixture) }
        let last = day("2025-03-31")
        try await fixture.store(units(1), on: last, at: now, doubt: "odd")
        #expect(try await due(fixture) == [Month(year: 2025, month: 2), Month(year: 2025, month: 1)])
        try await fixture.store(units(1, sage: 0.1), on: last, at: now)
        #expect(try await due(fixture).first == march)
        #expect(try await due(fixture, timeZone: "Asia/Taipei") == [])
        #expect(try await check(units(31, sage: 3.1), fixture) == [:])
        #expect(try await due(fixture) == [Month(year: 2025, month: 2), Month(year: 2025, month: 1)])
        await fixture.close()
    }

    @Test func `differences are returned by channel and stored beside the sum of that moment`() async throws {
        let fixture = try await Fixture()
        try await fill(march, fixture)
        #expect(try await check(units(30, sage: 3.25), fixture) == [.sms: -1, .sage: 0.15])
        #expect(
            try await fixture.lines(
                """
                SELECT first_day::text, channel, stated_units::text, summed_units::text, time_zone
                FROM ingest.channel_month ORDER BY channel
                """) == [
                    "2025-03-01 email 0 0 UTC", "2025-03-01 sage 3.25 3.1 UTC", "2025-03-01 sms 30 31 UTC",
                    "2025-03-01 whatsapp 0 0 UTC",
                ])
        #expect(try await check(units(31, sage: 3.1), fixture) == [:])
        #expect(try await fixture.value("SELECT count(*) FROM ingest.channel_month") == Int64(4))
        await fixture.close()
    }

    @Test func `a month with a day that is missing or cut in another zone is not written down`() async throws {
        let fixture = try await Fixture()
        for day in march.days.dropLast() { try await fixture.store(units(1), on: day, at: now) }
        #expect(try await check(units(30), fixture) == nil)
        try await fixture.store(units(1), on: day("2025-03-31"), timeZone: "Asia/Taipei", at: now)
        #expect(try await check(units(31), fixture) == nil)
        #expect(try await check(units(31), timeZone: "Asia/Taipei", fixture) == nil)
        #expect(try await due(fixture) == [])
        #expect(try await fixture.value("SELECT count(*) FROM ingest.channel_month") == Int64(0))
        await fixture.close()
    }

    @Test func `another zone makes every stored day due and, once they are read again, the month too`() async throws {
        let fixture = try await Fixture()
        try await fixture.warehouse.useTimeZone("UTC", of: fixture.organization)
        try await fill(march, fixture)
        _ = try await check(units(31, sage: 3.1), fixture)
        try await fixture.store([row(day("2025-03-01"))], window("2025-03-01", "2025-03-01"))
        try await fixture.warehouse.useTimeZone("UTC", of: fixture.organization)
        let settled: SQL = "SELECT count(*) FROM ingest.coverage WHERE state = 'covered'"
        #expect(try await fixture.value(settled) == Int64(32))
        try await fixture.warehouse.useTimeZone("Asia/Taipei", of: fixture.organization)
        #expect(try await fixture.value("SELECT time_zone FROM ingest.organization") == "Asia/Taipei")
        #expect(try await fixture.value(settled) == Int64(1), "of the other dataset")
        let coverage = try await fixture.warehouse.coverage(of: .channelUsage, organization: fixture.organization)
        #expect(coverage.count == 31)
        for day in coverage.values {
            #expect(day.state == .provisional && day.nextAttemptAt == day.fetchedAt)
        }
        #expect(
            try await fixture.value("SELECT DISTINCT last_error FROM ingest.coverage WHERE last_error <> ''")
                == "the time zone was changed from UTC to Asia/Taipei: the day must be read again")
        #expect(try await due(fixture, timeZone: "Asia/Taipei") == [])
        try await fill(march, timeZone: "Asia/Taipei", fixture)
        #expect(try await fixture.value(settled) == Int64(32))
        #expect(try await due(fixture, timeZone: "Asia/Taipei") == [march])
        await fixture.close()
    }
}
