import FoundationEssentials
import Postgres
import TestSupport
import Testing
import UsageDomain

@testable import Warehouse

/// The status report where many OAuth clients are asked about. Nothing is owed yet, so that only what was tried shows.
@Suite(.database) struct StatusViewTests {
    private func fixture(clients: Int) async throws -> Fixture {
        let fixture = try await Fixture()
        let registration = SourceRegistration(
            name: "acme", kind: "genesys",
            datasets: [Dataset.clientQuery, .organizationQuery].map {
                .init(dataset: $0, startDate: day("2999-01-01"), settleAfter: .zero, byUser: false)
            },
            primary: .organizationQuery)
        try await fixture.warehouse.configure([registration])
        _ = try await fixture.warehouse.identify(
            registration, as: Fixture.organization, now: date("2025-03-01T00:00:00Z"))
        for number in 0..<clients {
            try await fixture.seedClient("c-\(number)", name: "Name \(number)")
            try await fixture.query(
                """
                INSERT INTO ingest.source_client
                SELECT source_key, 'c-' || \(Int32(number)), true FROM ingest.source WHERE name = 'acme'
                """)
        }
        return fixture
    }

    private func problems(_ report: StatusReport) -> [String] {
        report.problems.map {
            [$0.dataset, $0.client, "\($0.clients)", "\($0.days)", $0.firstDay, $0.lastDay, $0.state, $0.reason]
                .joined(separator: "|")
        }
    }

    @Test func `clients with one reason are one line, a client alone is named, with its ranges of days`() async throws {
        let fixture = try await fixture(clients: 100)
        let all = (0..<100).map { "c-\($0)" }
        for day in ["2025-03-01", "2025-03-02", "2025-03-04"] {
            try await fixture.seedCoverage(
                .clientQuery, day, of: Array(all[1...]), state: "failed", because: "HTTP 500")
            try await fixture.seedCoverage(.clientQuery, day, of: ["c-0"], state: "unavailable", because: "HTTP 403")
        }
        try await fixture.seedCoverage(.organizationQuery, "2025-03-03", state: "failed", because: "HTTP 400")
        let report = try await fixture.warehouse.status()
        #expect(
            problems(report) == [
                "client_query||99|297|2025-03-01|2025-03-04|failed|HTTP 500",
                "client_query|Name 0|1|1|2025-03-04|2025-03-04|unavailable|HTTP 403",
                "organization_query||0|1|2025-03-03|2025-03-03|failed|HTTP 400",
                "client_query|Name 0|1|2|2025-03-01|2025-03-02|unavailable|HTTP 403",
            ])
        #expect(report.hiddenProblems == 0)
        #expect(report.freshness.map(\.clients) == [100, nil])
        #expect(report.freshness.map(\.unavailableClients) == [1, nil])
        #expect(report.freshness.map(\.unavailableDays) == [3, 0])
        await fixture.close()
    }

    @Test func `problems are bounded, and how many are not shown is said`() async throws {
        let fixture = try await fixture(clients: 23)
        for number in 0..<23 {
            try await fixture.seedCoverage(
                .clientQuery, "2025-03-01", of: ["c-\(number)"], state: "failed", because: "HTTP 500 of \(number)")
        }
        let report = try await fixture.warehouse.status()
        #expect(report.problems.count == 20)
        #expect(report.hiddenProblems == 3)
        await fixture.close()
    }

    @Test func `what was compared in five weeks is told, and months that are not the sum of their days`() async throws {
        let fixture = try await fixture(clients: 1)
        let days = try await fixture.query(
            "SELECT to_char(ingest.today() - age, 'YYYY-MM-DD') FROM unnest(ARRAY[36, 35, 2, 1]) AS age"
        ).map { try $0.decode(String.self) }
        // The oldest day differs and is too old to be told of; of the newest two one differs, and may still change.
        for (day, requests) in zip(days, [9, 10, 10, 11] as [Int64]) {
            try await fixture.seed(.organizationQuery, day, [.of("c-0", 10)])
            try await fixture.seed(
                .clientQuery, day, of: ["c-0"], state: day == days[3] ? "provisional" : "covered",
                [.of("c-0", requests)])
        }
        try await fixture.query(
            """
            INSERT INTO ingest.channel_month
            VALUES (\(fixture.organization.rawValue), '2025-02-01', 'sms', 10.5, 10.25, 'UTC', now(), 1),
                (\(fixture.organization.rawValue), '2025-02-01', 'email', 3, 3.0, 'UTC', now(), 1)
            """)
        let report = try await fixture.warehouse.status()
        let compared = try #require(report.reconciliations.first)
        #expect(report.reconciliations.count == 1)
        #expect(compared.source == "acme")
        #expect(compared.comparison == "organization_query/client_query")
        #expect(compared.comparedDays == 3)
        #expect(compared.unexpectedDifferences == 1)
        #expect(compared.provisionalDifferences == 1)
        #expect(compared.newestDifference == days[3])
        let month = try #require(report.monthDifferences.first)
        #expect(report.monthDifferences.count == 1)
        #expect(
            [month.month, month.channel, month.statedUnits, month.summedUnits, month.difference]
                == ["2025-02", "sms", "10.5", "10.25", "0.25"])
        await fixture.close()
    }
}
