import Foundation
import Postgres
import TestSupport
import Testing
import UsageDomain

@testable import Warehouse

/// The dashboard for Grafana: each of its queries is asked here, as an analyst asks it.
@Suite(.database) struct DashboardTests {
    private struct Dashboard: Decodable {
        struct Panel: Decodable {
            let title: String
            let targets: [Target]
        }

        struct Target: Decodable {
            let format, rawSql: String
        }

        struct Templating: Decodable {
            let list: [Variable]
        }

        struct Variable: Decodable {
            let name, query: String
        }

        struct NoPanel: Error {}

        let panels: [Panel]
        let templating: Templating

        func query(of title: String) throws -> String {
            guard let panel = panels.first(where: { $0.title == title }), let target = panel.targets.first else {
                throw NoPanel()
            }
            return target.rawSql
        }

        static func read() throws -> Dashboard {
            let path = "\(Repository.migrations)/optional/grafana-usage.json"
            return try JSONDecoder().decode(Self.self, from: Data(contentsOf: URL(filePath: path)))
        }
    }

    /// What Grafana puts in place of its own words.
    private func filled(_ query: String, _ organization: String = "o-1") -> String {
        query.replacing("$__timeFrom()", with: "'2025-02-27T00:00:00Z'")
            .replacing("$__timeTo()", with: "'2025-03-06T12:00:00Z'")
            .replacing("$organization", with: organization)
    }

    @Test func `each query can be asked by an analyst and answers with something`() async throws {
        let fixture = try await Fixture()
        let days = window("2025-03-01", "2025-03-05")
        for requests in [Int64(1), 2] {
            var rows = days.days.flatMap { day in (0..<12).map { row(day, "c-\($0)", name: "n", requests: requests) } }
            rows[0].counts.statusCounts.status429 = 1
            try await fixture.store(rows, days)
        }
        let dashboard = try Dashboard.read()
        #expect(dashboard.panels.count >= 8)
        try await fixture.administration.withTransaction { connection in
            try connection.execute("SET LOCAL ROLE usage_reader")
            for variable in dashboard.templating.list {
                let values = try connection.query(SQL(unsafe: filled(variable.query)))
                #expect(try values.map { try $0.decode("__value", as: String.self) } == ["o-1"], "\(variable.name)")
            }
            for panel in dashboard.panels {
                for target in panel.targets {
                    let query = filled(target.rawSql)
                    #expect(!query.contains("$"), "\(panel.title)")
                    let rows = try connection.query(SQL(unsafe: query))
                    #expect(!rows.isEmpty, "\(panel.title)")
                    let others = try connection.query(SQL(unsafe: filled(target.rawSql, "o-2")))
                    #expect(others.isEmpty, "\(panel.title) of another organization")
                    guard target.format == "time_series" else { continue }
                    // A time and a name for each value, of which Grafana makes the series.
                    for row in rows {
                        #expect(
                            try row.decode("time", as: Date.self) >= days.firstDay.start - 3 * 86_400, "\(panel.title)")
                        #expect(try row.decode("metric", as: String.self) != "", "\(panel.title)")
                    }
                }
            }
        }
        await fixture.close()
    }

    @Test func `clients of one name and of none are series of their own, and no place is taken by what is unknown`()
        async throws
    {
        let fixture = try await Fixture()
        // A week before a day that is not stored: of that day nothing is known.
        let past = window("2025-02-20", "2025-02-20")
        try await fixture.store([row(past.firstDay, "c-past", name: "past", requests: 1000)], past)
        let days = window("2025-03-01", "2025-03-05")
        let rows = days.days.flatMap { day in
            (0..<10).map { row(day, "c-\($0)", name: "n", requests: 10) } + [
                row(day, "c-10", name: "", requests: 20), row(day, "c-11", name: "alone", requests: 30),
            ]
        }
        try await fixture.store(
            rows.map { row in
                var row = row
                if row.clientName != "alone" { row.counts.statusCounts.status429 = 1 }
                return row
            }, days)
        let dashboard = try Dashboard.read()
        let shared = (0..<10).map { "n (c-\($0))" }
        let busiest = try await series(of: dashboard.query(of: "Requests by OAuth client"), fixture)
        #expect(busiest == Set(shared.prefix(8) + ["no name (c-10)", "alone", "all others"]))
        let throttled = try await series(of: dashboard.query(of: "Requests answered with 429"), fixture)
        #expect(throttled == Set(shared + ["no name (c-10)"]))
        await fixture.close()
    }

    private func series(of query: String, _ fixture: Fixture) async throws -> Set<String> {
        try await Set(
            fixture.query("SELECT metric FROM (\(unsafe: filled(query))) AS answer").map { try $0.decode(String.self) })
    }

    @Test func `an organization can be chosen whatever is known of it`() async throws {
        let fixture = try await Fixture()
        try await fixture.administration.withConnection { connection in
            try connection.execute(
                """
                INSERT INTO ingest.organization (organization_id, name, first_seen_at, last_changed_at)
                VALUES ('o-2', '', '2025-01-01', '2025-01-01')
                """)
        }
        let variable = try #require(try Dashboard.read().templating.list.first)
        #expect(try await fixture.lines(SQL(unsafe: variable.query)) == ["Acme o-1", "o-2 o-2"])
        await fixture.close()
    }

    @Test func `of an allowance of nothing all is excess`() async throws {
        let fixture = try await Fixture()
        try await fixture.store([row(day("2025-03-01"), requests: 7)], window("2025-03-01", "2025-03-01"))
        let query = try Dashboard.read().query(of: "Above the allowance")
        let excess = try await fixture.administration.withTransaction { connection in
            try connection.execute("SET LOCAL usaged.now = '2025-03-02 12:00Z'")
            try connection.execute(
                """
                INSERT INTO ingest.request_allowance (organization_id, licence, valid_from, requests)
                VALUES ('o-1', '', '2025-01-01', 0)
                """)
            return try connection.query("SELECT already::bigint FROM (\(unsafe: filled(query))) AS answer")
                .map { try $0.decode(Int64.self) }
        }
        #expect(excess == [7])
        await fixture.close()
    }

    @Test func `no query names anything but what analysts read`() throws {
        for panel in try Dashboard.read().panels {
            for target in panel.targets {
                let relations = target.rawSql.matches(of: /(?:FROM|JOIN) ([a-z_.]+)/).map(\.1)
                #expect(!relations.isEmpty)
                #expect(relations.allSatisfy { $0.hasPrefix("usage.") }, "\(panel.title)")
            }
        }
    }
}
