import Postgres
package import UsageDomain

/// HTTP requests of a source on one day.
package struct RequestCount: Equatable, Sendable {
    /// All of them, repetitions included.
    package var requests: Int64
    /// Those that were answered with 429.
    package var throttled: Int64

    package init(requests: Int64 = 0, throttled: Int64 = 0) {
        self.requests = requests
        self.throttled = throttled
    }

    package static func + (left: RequestCount, right: RequestCount) -> RequestCount {
        RequestCount(requests: left.requests + right.requests, throttled: left.throttled + right.throttled)
    }

    package static func += (left: inout RequestCount, right: RequestCount) {
        left = left + right
    }
}

extension Warehouse {
    /// Adds to the requests that a source has sent. Several processes may do so at once.
    ///
    /// - Parameters:
    ///   - counts: what came in addition, by UTC day.
    ///   - source: its name in the configuration.
    ///   - timeout: how long that may take.
    /// - Throws: `PostgresError`, `CancellationError`.
    package func add(_ counts: [Day: RequestCount], sentTo source: String, timeout: Duration) async throws {
        guard !counts.isEmpty else { return }
        let days = counts.keys.sorted()
        _ = try await pool.withConnection(timeout: timeout) { connection in
            try connection.execute(
                """
                INSERT INTO ingest.request_day AS known (source_key, usage_date, requests, throttled)
                SELECT source.source_key, sent.usage_date, sent.requests, sent.throttled
                FROM ingest.source AS source
                CROSS JOIN unnest(
                    \(days.map(\.sqlDate))::date[], \(days.compactMap { counts[$0]?.requests })::bigint[],
                    \(days.compactMap { counts[$0]?.throttled })::bigint[]
                ) AS sent (usage_date, requests, throttled)
                WHERE source.name = \(source)
                ORDER BY sent.usage_date
                ON CONFLICT (source_key, usage_date) DO UPDATE SET
                    requests = known.requests + excluded.requests, throttled = known.throttled + excluded.throttled
                """)
        }
    }
}
