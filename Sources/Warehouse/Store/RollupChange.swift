import Postgres
import UsageDomain

/// Keeps the sums a day and client, and a day and endpoint, as facts come, change and go.
///
/// What a statement does to the facts it adds to the lines of both rollups, as common table expressions behind its own:
/// the cost is in proportion to what changed, and no line is touched when nothing did. It goes on from the lines as they
/// are; `ingest.rollup_difference` shows whether these are right.
struct RollupChange {
    let context: WindowContext

    /// The facts of `rows` came: a table expression with their counters.
    func adding(_ rows: SQL) -> SQL {
        growing(
            by: """
                SELECT usage_date, client_key, endpoint_key,
                    requests, status_200, status_300, status_400, status_429, status_500, 1 AS rows
                FROM \(rows)
                """)
    }

    /// The facts of `rows` went: a table expression with their counters.
    func subtracting(_ rows: SQL) -> SQL {
        growing(
            by: """
                SELECT usage_date, client_key, endpoint_key, -requests AS requests,
                    -status_200 AS status_200, -status_300 AS status_300, -status_400 AS status_400,
                    -status_429 AS status_429, -status_500 AS status_500, -1 AS rows
                FROM \(rows)
                """)
    }

    /// The facts of `rows` differ: a table expression with their old and new counters.
    func adjusting(_ rows: SQL) -> SQL {
        growing(
            by: """
                SELECT usage_date, client_key, endpoint_key, new_requests - old_requests AS requests,
                    new_status_200 - old_status_200 AS status_200, new_status_300 - old_status_300 AS status_300,
                    new_status_400 - old_status_400 AS status_400, new_status_429 - old_status_429 AS status_429,
                    new_status_500 - old_status_500 AS status_500, 0 AS rows
                FROM \(rows)
                """)
    }

    /// Deletes the lines of the window's days that sum no fact any more.
    func deleteEmpty(on connection: isolated PostgresConnection) throws {
        for rollup in ["client_day", "endpoint_day"] {
            try connection.execute(
                """
                DELETE FROM ingest.\(identifier: rollup) AS line
                WHERE line.organization_key = \(context.organization.rawValue)
                    AND line.dataset = \(context.window.dataset.rawValue)::ingest.dataset
                    AND line.usage_date BETWEEN \(context.window.firstDay.sqlDate) AND \(context.window.lastDay.sqlDate)
                    AND line.rows = 0
                """)
        }
    }

    private func growing(by growth: SQL) -> SQL {
        """
        growth AS NOT MATERIALIZED (
            \(growth)
        ),
        grown_client_day AS (
            \(addingGrowth(to: "client_day", by: "client_key"))
        ),
        grown_endpoint_day AS (
            \(addingGrowth(to: "endpoint_day", by: "endpoint_key"))
        )
        """
    }

    private func addingGrowth(to rollup: String, by key: String) -> SQL {
        """
        INSERT INTO ingest.\(identifier: rollup) AS line (
            requests, status_200, status_300, status_400, status_429, status_500, rows,
            organization_key, dataset, usage_date, \(identifier: key)
        )
        SELECT sum(requests), sum(status_200), sum(status_300), sum(status_400), sum(status_429), sum(status_500),
            sum(rows), \(context.organization.rawValue)::integer,
            \(context.window.dataset.rawValue)::ingest.dataset, usage_date, \(identifier: key)
        FROM growth
        GROUP BY usage_date, \(identifier: key)
        ORDER BY usage_date, \(identifier: key)
        ON CONFLICT (organization_key, dataset, usage_date, \(identifier: key)) DO UPDATE SET
            requests = line.requests + excluded.requests,
            status_200 = line.status_200 + excluded.status_200,
            status_300 = line.status_300 + excluded.status_300,
            status_400 = line.status_400 + excluded.status_400,
            status_429 = line.status_429 + excluded.status_429,
            status_500 = line.status_500 + excluded.status_500,
            rows = line.rows + excluded.rows
        """
    }
}
