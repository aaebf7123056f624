import Postgres
import TestSupport
import Testing
import UsageDomain

@testable import Warehouse

/// `usage.anomaly` finds what was planted, and little else.
@Suite(.database) struct AnomalyTests {
    private let lines: SQL = """
        SELECT usage_date, subject, client_id, template_uri, direction, requests, expected, deviation, deviation_percent, score,
            history_days
        FROM usage.anomaly WHERE organization_id = 'o-1' ORDER BY usage_date, subject
        """

    /// Ten weeks of one client, from Monday, January 6, with some days changed by their number.
    private func fixture(_ changed: [Int: Int64?] = [:], base: Int64 = 1000) async throws -> Fixture {
        let fixture = try await Fixture()
        try await fixture.query("UPDATE ingest.source_dataset SET start_date = '2025-01-06'")
        let amounts = (0..<70).map { number in
            changed.keys.contains(number) ? changed[number] ?? nil : base + Int64(number % 7) * base / 10
        }
        try await fixture.seedTotals(amounts, from: "2025-01-06")
        return fixture
    }

    @Test func `a spike, a drop and a day without usage are found and explained`() async throws {
        // Tuesday, February 25: 1100 are usual. Wednesday, March 5: 1200. Monday, March 10: 1000.
        let fixture = try await fixture([50: 9000, 58: 300, 63: 0])
        try await fixture.expect(
            lines, asOf: "2025-03-17T12:00:00Z",
            is: [
                "(2025-02-25,client,c-1,\"\",spike,9000,1100,7900,718.18,14.0,7)",
                "(2025-02-25,endpoint,\"\",api/v2/users,spike,9000,1100,7900,718.18,14.0,7)",
                "(2025-03-05,client,c-1,\"\",drop,300,1200,-900,-75.00,-9.1,8)",
                "(2025-03-05,endpoint,\"\",api/v2/users,drop,300,1200,-900,-75.00,-9.1,8)",
                "(2025-03-10,client,c-1,\"\",drop,0,1000,-1000,-100.00,-30.8,8)",
                "(2025-03-10,endpoint,\"\",api/v2/users,drop,0,1000,-1000,-100.00,-30.8,8)",
            ])
        #expect(
            try await fixture.texts(
                "SELECT explanation FROM usage.anomaly WHERE subject = 'client' ORDER BY usage_date",
                asOf: "2025-03-17T12:00:00Z") == [
                    "9000 requests on a Tuesday, where 1100 are the middle of the 7 stored ones of the eight weeks before",
                    "300 requests on a Wednesday, where 1200 are the middle of the 8 stored ones of the eight weeks before",
                    "no request on a Monday, where 1000 are the middle of the 8 stored ones of the eight weeks before",
                ])
        await fixture.close()
    }

    @Test func `days that are not stored are neither history nor anomalies`() async throws {
        // Four Mondays of eight before March 10 are stored; before the Tuesday after it three. The Wednesday is not.
        var changed: [Int: Int64?] = [63: 9000, 64: 9000]
        changed[65] = .some(nil)
        for week in 1...4 { changed[week * 7] = .some(nil) }
        for week in 1...5 { changed[week * 7 + 1] = .some(nil) }
        let fixture = try await fixture(changed)
        // Some were tried in vain, which makes no difference.
        for day in ["2025-01-13", "2025-01-14", "2025-01-20", "2025-03-12"] {
            try await fixture.seedCoverage(.organizationQuery, day, state: "failed", because: "HTTP 500")
        }
        try await fixture.expect(
            "SELECT usage_date, requests, history_days FROM usage.anomaly WHERE subject = 'client'",
            asOf: "2025-03-17T12:00:00Z", is: ["(2025-03-10,9000,4)"])
        await fixture.close()
    }

    @Test func `ninety requests where three are usual are no anomaly`() async throws {
        let fixture = try await fixture([50: 9, 58: 90, 63: 0], base: 3)
        try await fixture.expect(lines, asOf: "2025-03-17T12:00:00Z", is: [])
        await fixture.close()
    }

    @Test func `what is used now and then is no anomaly when it is used again`() async throws {
        let fixture = try await fixture([1: 900, 22: 900, 43: 900, 64: 1000], base: 0)
        try await fixture.expect(lines, asOf: "2025-03-17T12:00:00Z", is: [])
        await fixture.close()
    }

    @Test func `a change of less than half, and a change of another dataset, is none either`() async throws {
        let fixture = try await fixture([50: 1600, 58: 700])
        try await fixture.seedTotals(
            (0..<70).map { $0 == 60 ? 90_000 : 1000 }, from: "2025-01-06", dataset: .organizationJobs)
        try await fixture.expect(lines, asOf: "2025-03-17T12:00:00Z", is: [])
        await fixture.close()
    }

    @Test func `a client that appears on a stored day is a spike from nothing`() async throws {
        let fixture = try await fixture()
        try await fixture.seedTotals([500], from: "2025-03-12", client: "c-2", writesCoverage: false)
        try await fixture.expect(
            "SELECT usage_date, client_id, expected, deviation_percent, explanation FROM usage.anomaly WHERE subject = 'client'",
            asOf: "2025-03-17T12:00:00Z",
            is: [
                "(2025-03-12,c-2,0,,\"500 requests on a Wednesday, where none is the middle of the 8 stored ones of the eight weeks before\")"
            ])
        await fixture.close()
    }

    @Test func `a question for some days reads the partitions of their weeks alone`() async throws {
        let fixture = try await fixture()
        for year in 2022...2024 {
            try await fixture.query("SELECT ingest.ensure_partition(make_date(\(Int32(year)), 1, 1))")
        }
        let plan = try await fixture.texts(
            """
            EXPLAIN (ANALYZE, TIMING OFF) SELECT * FROM usage.anomaly
            WHERE organization_id = 'o-1' AND usage_date BETWEEN '2025-03-03' AND '2025-03-09'
            """, asOf: "2025-03-17T12:00:00Z")
        // Once a day of the seven; the first and the last day of all are looked for in every year.
        let read = plan.filter { $0.contains("_day_20") && $0.contains("loops=7)") }.joined(separator: "\n")
        #expect(read.contains("client_day_2025") && read.contains("endpoint_day_2025"), "\(plan)")
        #expect(Set(read.matches(of: /_day_(\d{4})/).map(\.1)) == ["2025"], "\(plan)")
        await fixture.close()
    }

    /// Noise, false lines in a thousand client days at most, and planted fivefold and vanished days found at least, of 200.
    static let noises: [(noise: Double, falseLines: Double, spikes: Int, drops: Int)] = [
        (0.15, 1, 190, 200), (0.3, 15, 130, 190),
    ]

    @Test(arguments: noises)
    func `of two hundred noisy clients, planted days are found and few others`(
        _ noise: Double, _ falseLines: Double, _ spikes: Int, _ drops: Int
    ) async throws {
        let fixture = try await Fixture()
        try await fixture.query("UPDATE ingest.source_dataset SET start_date = '2025-01-01'")
        try await fixture.seedTotals([Int64](repeating: 0, count: 101), from: "2025-01-01")
        // Weekdays by a wave, growth of 5 % a month. The last two days are planted.
        try await fixture.query(
            """
            INSERT INTO ingest.client_day
            SELECT requests, requests, 0, 0, 0, 0, 1, \(fixture.organization.rawValue), 'organization_query',
                date '2025-01-01' + number, 1000 + client
            FROM generate_series(1, 200) AS client
            CROSS JOIN generate_series(0, 100) AS number
            CROSS JOIN LATERAL (
                SELECT
                    (('x' || substr(md5(client || '/' || number), 1, 8))::bit(32)::bigint + 0.5) / 4294967296 AS one,
                    (('x' || substr(md5(client || '/' || number), 9, 8))::bit(32)::bigint + 0.5) / 4294967296 AS two
            ) AS chance
            CROSS JOIN LATERAL (
                SELECT round(
                    2000 * (1 + 0.4 * sin(2 * pi() * number / 7)) * 1.05 ^ (number / 30.4)
                    * exp(\(noise) * sqrt(-2 * ln(one)) * cos(2 * pi() * two))
                    * CASE number WHEN 99 THEN 5 ELSE 1 END
                )::bigint AS requests
            ) AS made
            WHERE number < 100
            """)
        let counts = try await fixture.texts(
            """
            SELECT concat_ws(' ', count(*) FILTER (WHERE usage_date = '2025-04-10' AND direction = 'spike'),
                count(*) FILTER (WHERE usage_date = '2025-04-11' AND direction = 'drop'),
                count(*) FILTER (WHERE usage_date < '2025-04-10'))
            FROM usage.anomaly WHERE subject = 'client' AND usage_date >= '2025-03-01'
            """, asOf: "2025-04-12T12:00:00Z"
        ).first?.split(separator: " ").compactMap { Int($0) }
        let found = try #require(counts)
        let rate = 1000 * Double(found[2]) / (200 * 40)
        print(
            "noise \(noise): \(found[0]) of 200 fivefold days and \(found[1]) of 200 vanished ones found, \(rate) false lines in 1000 client days"
        )
        #expect(found[0] >= spikes && found[1] >= drops && rate < falseLines)
        await fixture.close()
    }
}
