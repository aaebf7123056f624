import FoundationEssentials
import Postgres
import TestSupport
import Testing
import UsageDomain

@testable import Warehouse

@Suite(.database) struct TimeZoneTests {
    private func calendar(
        of timeZone: String, _ first: String, _ last: String, _ fixture: Fixture
    ) async throws -> DayCalendar? {
        try await fixture.warehouse.calendar(of: timeZone, from: day(first), through: day(last))
    }

    /// Zones whose clocks change at, before and after midnight, by half an hour, one or two hours, or a whole day.
    @Test(arguments: [
        "UTC", "Asia/Taipei", "Europe/Berlin", "America/Sao_Paulo", "Asia/Beirut", "Africa/Cairo", "America/Havana",
        "Atlantic/Azores", "America/St_Johns", "America/Goose_Bay", "Australia/Lord_Howe", "Antarctica/Troll",
        "Asia/Gaza", "Asia/Tehran", "Africa/Casablanca", "America/Asuncion", "Pacific/Apia", "Asia/Kathmandu",
        "America/Santiago", "Asia/Amman", "Pacific/Kiritimati", "America/Scoresbysund", "EST5EDT",
    ])
    func `days tile twenty years, each from the first instant that bears its date`(timeZone: String) async throws {
        let fixture = try await Fixture()
        let days = day("2006-01-01")..<day("2027-01-01")
        let calendar = try #require(
            try await fixture.warehouse.calendar(
                of: timeZone, from: days.lowerBound, through: days.upperBound.advanced(by: -1)))
        #expect(calendar.timeZone == timeZone)
        let starts = days.map(calendar.start)
        for (start, next) in zip(starts, starts.dropFirst()) where !(start < next) {
            // A date that never was is an empty day; the two neighbours meet.
            #expect(start == next && timeZone == "Pacific/Apia")
        }
        // The conversion of an instant to a local date, unlike the way back, has one answer always.
        let wrong = try await fixture.query(
            """
            SELECT day::text, start::text
            FROM unnest(\(days.map(\.sqlDate)), \(starts)) AS tile (day, start)
            WHERE (start AT TIME ZONE \(timeZone))::date <> day
                OR ((start - interval '1 microsecond') AT TIME ZONE \(timeZone))::date >= day
            """
        ).map { try $0.decode(String.self, String.self).0 }
        #expect(wrong == (timeZone == "Pacific/Apia" ? ["2011-12-30"] : []))
        for (day, start) in zip(days, starts) where calendar.start(of: day) < calendar.end(of: day) {
            #expect(calendar.day(containing: start) == day)
            #expect(calendar.day(containing: calendar.end(of: day) - 1) == day)
        }
        await fixture.close()
    }

    @Test(arguments: [
        // Put forward over midnight: the day begins at one o'clock.
        ("America/Sao_Paulo", "2017-10-15", "2017-10-15T03:00:00Z", 23.0),
        ("Asia/Beirut", "2025-03-30", "2025-03-29T22:00:00Z", 23),
        ("Africa/Cairo", "2025-04-25", "2025-04-24T22:00:00Z", 23),
        // Put back over midnight: eleven o'clock strikes twice, midnight once.
        ("America/Sao_Paulo", "2018-02-17", "2018-02-17T02:00:00Z", 25),
        // Put back to midnight: it strikes twice, and the day begins with the first stroke.
        ("America/Havana", "2025-11-02", "2025-11-02T04:00:00Z", 25),
        ("Atlantic/Azores", "2025-10-26", "2025-10-26T00:00:00Z", 25),
        ("Europe/Berlin", "2025-03-30", "2025-03-29T23:00:00Z", 23),
        ("Asia/Taipei", "2025-03-30", "2025-03-29T16:00:00Z", 24),
    ])
    func `days of changed clocks begin and end where they should`(
        timeZone: String, date: String, start: String, hours: Double
    ) async throws {
        let fixture = try await Fixture()
        let calendar = try #require(try await calendar(of: timeZone, date, date, fixture))
        #expect(calendar.start(of: day(date)) == WarehouseTests.date(start))
        #expect(calendar.end(of: day(date)).timeIntervalSince(calendar.start(of: day(date))) == hours * 3600)
        await fixture.close()
    }

    @Test(arguments: [
        "", "Mars/Olympus", "asia/taipei", "ASIA/TAIPEI", "Asia/Taipei ", "+3", "UTC+3", "<x>-3", "CEST", "CST6CDT5",
        "localtime", "posixrules", "posix/Asia/Taipei", "Factory", "Asia/Taipei' OR true --", "%",
    ])
    func `what is not a zone's name as IANA spells it is not known`(name: String) async throws {
        let fixture = try await Fixture()
        #expect(try await calendar(of: name, "2025-03-01", "2025-03-02", fixture) == nil)
        await fixture.close()
    }
}
