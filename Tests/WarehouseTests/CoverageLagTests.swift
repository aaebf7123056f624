import FoundationEssentials
import Postgres
import TestSupport
import Testing
import UsageDomain

@testable import Warehouse

/// How far a source is, as metrics are made of it.
@Suite(.database) struct CoverageLagTests {
    private static let now = "2025-03-06T05:00:00Z"

    /// Source `acme` owes these datasets from 2025-03-03 on, and asks about these clients.
    private func fixture(_ datasets: Dataset..., of clients: [String] = []) async throws -> Fixture {
        let fixture = try await Fixture()
        let registration = SourceRegistration(
            name: "acme", kind: "genesys",
            datasets: datasets.map {
                .init(dataset: $0, startDate: day("2025-03-03"), settleAfter: .seconds(48 * 3600), byUser: false)
            },
            primary: datasets[0])
        try await fixture.warehouse.configure([registration])
        _ = try await fixture.warehouse.identify(
            registration, as: Fixture.organization, now: date("2025-03-01T00:00:00Z"))
        for client in clients {
            try await fixture.query(
                """
                INSERT INTO ingest.source_client SELECT source_key, \(client), true FROM ingest.source WHERE name = 'acme'
                """)
        }
        return fixture
    }

    private func lag(_ fixture: Fixture, _ dataset: Dataset, now: String = now) async throws -> CoverageLag? {
        try await fixture.warehouse.coverageLags(of: "acme", now: date(now)).first { $0.dataset == dataset }
    }

    @Test func `nothing stored lags behind the first owed day`() async throws {
        let fixture = try await fixture(.organizationQuery)
        #expect(
            try await lag(fixture, .organizationQuery)
                == CoverageLag(
                    dataset: .organizationQuery, coveredUntil: date("2025-03-03T00:00:00Z"),
                    oldestUncoveredDay: date("2025-03-03T00:00:00Z"), uncoveredDays: 3))
        await fixture.close()
    }

    @Test func `a gap between stored days is the oldest that is missing, and a failed day is missing, too`()
        async throws
    {
        let fixture = try await fixture(.organizationQuery)
        try await fixture.seedCoverage(.organizationQuery, "2025-03-03")
        try await fixture.seedCoverage(.organizationQuery, "2025-03-04", state: "failed", because: "HTTP 500")
        try await fixture.seedCoverage(.organizationQuery, "2025-03-05", state: "provisional")
        #expect(
            try await lag(fixture, .organizationQuery)
                == CoverageLag(
                    dataset: .organizationQuery, coveredUntil: date("2025-03-06T00:00:00Z"),
                    oldestUncoveredDay: date("2025-03-04T00:00:00Z"), uncoveredDays: 1))
        await fixture.close()
    }

    @Test func `the client that is furthest behind counts, and each of its days`() async throws {
        let fixture = try await fixture(.clientQuery, of: ["c-1", "c-2"])
        for day in ["2025-03-03", "2025-03-04", "2025-03-05"] {
            try await fixture.seedCoverage(.clientQuery, day, of: ["c-1"])
        }
        try await fixture.seedCoverage(.clientQuery, "2025-03-03", of: ["c-2"])
        #expect(
            try await lag(fixture, .clientQuery)
                == CoverageLag(
                    dataset: .clientQuery, coveredUntil: date("2025-03-04T00:00:00Z"),
                    oldestUncoveredDay: date("2025-03-04T00:00:00Z"), uncoveredDays: 2))
        await fixture.close()
    }

    @Test func `all stored leaves nothing uncovered, and a snapshot owes no day`() async throws {
        let fixture = try await fixture(.organizationQuery, .clientSummary, of: ["c-1"])
        for day in ["2025-03-03", "2025-03-04", "2025-03-05"] {
            try await fixture.seedCoverage(.organizationQuery, day)
        }
        #expect(
            try await lag(fixture, .organizationQuery)
                == CoverageLag(
                    dataset: .organizationQuery, coveredUntil: date("2025-03-06T00:00:00Z"), oldestUncoveredDay: nil,
                    uncoveredDays: 0))
        #expect(
            try await lag(fixture, .clientSummary)
                == CoverageLag(dataset: .clientSummary, coveredUntil: nil, oldestUncoveredDay: nil, uncoveredDays: 0))
        #expect(try await fixture.warehouse.coverageLags(of: "unknown", now: date(Self.now)) == [])
        await fixture.close()
    }

    @Test func `local days begin and end in the organization's zone`() async throws {
        let fixture = try await fixture(.channelUsage)
        try await fixture.warehouse.useTimeZone("Asia/Taipei", of: fixture.organization)
        try await fixture.seedCoverage(.channelUsage, "2025-03-03")
        // Half past midnight in Taipei, still the day before in UTC.
        #expect(
            try await lag(fixture, .channelUsage, now: "2025-03-05T16:30:00Z")
                == CoverageLag(
                    dataset: .channelUsage, coveredUntil: date("2025-03-03T16:00:00Z"),
                    oldestUncoveredDay: date("2025-03-03T16:00:00Z"), uncoveredDays: 2))
        await fixture.close()
    }

    @Test func `what was told at the end of a pass says later what is missing by then`() {
        let lag = CoverageLag(
            dataset: .organizationQuery, coveredUntil: date("2025-03-06T00:00:00Z"), oldestUncoveredDay: nil,
            uncoveredDays: 0)
        #expect(lag.time(at: date("2025-03-06T05:00:00Z")) == TimeInterval(18_000))
        #expect(lag.oldestUncoveredDay(at: date("2025-03-06T23:59:59Z")) == nil)
        #expect(lag.oldestUncoveredDay(at: date("2025-03-07T00:00:00Z")) == date("2025-03-06T00:00:00Z"))
    }
}
