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

        let panels: [Panel]
        let templating: Templating

        static func read() throws -> Dashboard {
            let path = "\(Repository.migrations)/optional/grafana-usage.json"
            return try JSONDecoder().decode(Self.self, from: Data(contentsOf: URL(filePath: path)))
        }
    }

    /// What Grafana puts in place of its own words.
    private func filled(_ query: String) -> String {
        query.replacing("$__timeFrom()", with: "'2025-02-27T00:00:00Z'")
            .replacing("$__timeTo()", with: "'2025-03-06T12:00:00Z'")
            .replacing("$organization", with: "o-1")
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
