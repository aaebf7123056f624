import Postgres
import TestSupport
import Testing
import UsageDomain

@testable import Warehouse

/// The newest owed days of the status report, a letter each.
@Suite(.database) struct CoverageStripTests {
    /// Source `acme` owes two datasets for the last days up to yesterday, and asks about two clients.
    private func fixture(daysOwed: Int) async throws -> (Fixture, today: Day) {
        let fixture = try await Fixture()
        let today = Day(try await fixture.value("SELECT ingest.today()", as: PostgresDate.self))
        let registration = SourceRegistration(
            name: "acme", kind: "genesys",
            datasets: [Dataset.clientQuery, .organizationQuery, .clientSummary].map {
                .init(dataset: $0, startDate: today.advanced(by: -daysOwed), settleAfter: .zero, byUser: false)
            },
            primary: .organizationQuery)
        try await fixture.warehouse.configure([registration])
        _ = try await fixture.warehouse.identify(
            registration, as: Fixture.organization, now: date("2025-03-01T00:00:00Z"))
        for client in ["c-1", "c-2"] {
            try await fixture.query(
                """
                INSERT INTO ingest.source_client SELECT source_key, \(client), true FROM ingest.source WHERE name = 'acme'
                """)
        }
        return (fixture, today)
    }

    @Test func `a day is as good as its worst client, and unavailable only when it is so for all`() async throws {
        let (fixture, today) = try await fixture(daysOwed: 6)
        let states: [(first: String?, second: String?)] = [
            ("covered", "covered"), ("covered", "unavailable"), ("unavailable", "unavailable"),
            ("provisional", "covered"), ("failed", nil), ("covered", nil),
        ]
        for (place, day) in states.enumerated() {
            let date = today.advanced(by: place - 6).description
            for (client, state) in [("c-1", day.first), ("c-2", day.second)] {
                guard let state else { continue }
                try await fixture.seedCoverage(.clientQuery, date, of: [client], state: state)
            }
        }
        let strips = try await fixture.warehouse.status().coverage
        #expect(strips.map(\.dataset) == ["client_query", "organization_query"])
        #expect(strips.map(\.states) == ["CCUPFG", "GGGGGG"])
        #expect(strips.map(\.firstDay) == Array(repeating: today.advanced(by: -6).description, count: 2))
        #expect(strips.map(\.lastDay) == Array(repeating: today.advanced(by: -1).description, count: 2))
        await fixture.close()
    }

    @Test func `no more than sixty days are told, the newest`() async throws {
        let (fixture, today) = try await fixture(daysOwed: 400)
        let strip = try #require(try await fixture.warehouse.status().coverage.last)
        #expect(strip.states == String(repeating: "G", count: 60))
        #expect(strip.firstDay == today.advanced(by: -60).description)
        #expect(strip.lastDay == today.advanced(by: -1).description)
        await fixture.close()
    }
}
