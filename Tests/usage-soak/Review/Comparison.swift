import FoundationEssentials
import Postgres
import UsageSimulator

/// Every stored row of every dataset against the simulator's truth.
struct Comparison: Sendable {
    let simulator: Simulator
    let warehouse: SoakWarehouse
    let datasets: [String]
    let first: World.Day
    /// The newest day that is compared; nothing may be stored of later ones.
    let last: World.Day
    /// The simulated time.
    let now: Date

    /// The newest day that had settled when everything was read again, 48 hours after its end.
    private var newestSettled: World.Day { last.advanced(by: -1) }

    private var truth: SoakTruth { SoakTruth(world: simulator.world) }

    /// The first day that is compared: of the jobs' days more than a year back nobody can learn what became of them.
    private func firstDay(of dataset: String) -> World.Day {
        guard dataset.hasSuffix("_jobs") else { return first }
        return max(first, World.Day(containing: now).advanced(by: -364))
    }

    /// Compares all datasets.
    ///
    /// - Parameter day: the day whose snapshots of each OAuth client are compared.
    /// - Returns: what came of each dataset.
    /// - Throws: `PostgresError`.
    func perform(summariesOf day: World.Day) async throws -> [ComparisonResult] {
        var results: [ComparisonResult] = []
        for dataset in datasets + ["channel_usage"] {
            var result = ComparisonResult(dataset: dataset)
            switch dataset {
            case "client_summary": try await compareSummaries(of: day, &result)
            case "channel_usage": try await compareChannels(&result)
            default: try await compareRows(of: dataset, &result)
            }
            if dataset != "client_summary" { try await findUncovered(dataset, &result) }
            results.append(result)
        }
        return results
    }

    /// A month at a time, for memory.
    private func compareRows(of dataset: String, _ result: inout ComparisonResult) async throws {
        var start = firstDay(of: dataset)
        while start <= last {
            let nextMonth = start.firstOfMonth.advanced(by: 32).firstOfMonth
            let end = min(last, nextMonth.advanced(by: -1))
            let through = nextMonth > last ? "infinity" : "\(end)"
            let stored = try await warehouse.texts(
                """
                SELECT concat_ws(chr(31), usage_date, client_id, CASE WHEN client_id = '' THEN client_name ELSE '' END,
                    calling_organization_id, user_id, template_uri, http_method, platform) || chr(30) || concat_ws(' ',
                    requests, status_200, status_300, status_400, status_429, status_500)
                FROM usage.api_usage_daily
                WHERE dataset::text = \(dataset) AND usage_date BETWEEN \("\(start)")::date AND \(through)::date
                """)
            result.compare(stored: stored, with: truth.rows(of: dataset, from: start, through: end))
            start = nextMonth
        }
    }

    private func compareSummaries(of day: World.Day, _ result: inout ComparisonResult) async throws {
        let stored = try await warehouse.texts(
            """
            SELECT concat_ws(chr(31), coalesce(usage_date::text, ''), client_id, '', calling_organization_id, user_id,
                template_uri, http_method, platform) || chr(30) || concat_ws(' ',
                requests, status_200, status_300, status_400, status_429, status_500)
            FROM usage.client_summary
            WHERE as_of = \("\(day)")::date
            """)
        // Taken in the first hours of the day, when the day before the last one was the newest that was published.
        result.compare(stored: stored, with: truth.summaries(through: day.advanced(by: -2)))
    }

    private func compareChannels(_ result: inout ComparisonResult) async throws {
        let stored = try await warehouse.texts(
            """
            SELECT concat_ws(chr(31), usage_date, channel) || chr(30) || trim_scale(units)
            FROM usage.channel_usage_daily
            WHERE usage_date <= \("\(last)")::date
            """)
        result.compare(
            stored: stored, with: SoakTruth.channels(of: simulator.infodeck.world, from: first, through: last))
    }

    private func findUncovered(_ dataset: String, _ result: inout ComparisonResult) async throws {
        let days = try await warehouse.texts(
            """
            SELECT concat_ws(' ', usage_date, client_id, state, last_error)
            FROM usage.coverage
            WHERE dataset::text = \(dataset) AND usage_date >= \("\(firstDay(of: dataset))")::date
                AND usage_date <= \("\(last)")::date AND state::text <> 'covered'
                AND NOT (state::text = 'provisional' AND usage_date > \("\(newestSettled)")::date)
            """, at: now)
        result.uncovered = days.count
        if let day = days.first { result.examples.append("not covered: \(day)") }
    }
}
