package import FoundationEssentials
import Postgres
package import UsageDomain

extension Warehouse {
    /// How long an ended submission is remembered.
    static let submissionMemory = Duration.seconds(60 * 86_400)
    /// How many complete submissions of each dataset are remembered however old they are: what is learned from them
    /// must not be lost when a dataset is seldom asked.
    static let rememberedCompletions: Int32 = 1_000
    /// Most submissions that are forgotten at once. What is left over goes a day later.
    static let forgottenAtOnce: Int32 = 20_000

    /// Gives up what a process that died has left behind: intents, whose submission nobody will hear of, and executions
    /// that are too old to be worth polling.
    ///
    /// To be called by who holds the source, before it submits anything: then nobody else's intent can be meant.
    ///
    /// - Parameters:
    ///   - datasets: the source's; another source may be asking the same organization for others.
    ///   - organization: whom the source asks about.
    ///   - now: the current time.
    /// - Returns: the intents. Each may have become an execution, which makes the next submission of it a second one.
    /// - Throws: `PostgresError`.
    package func abandonExecutions(
        of datasets: [Dataset],
        organization: OrganizationKey,
        now: Date
    ) async throws -> Set<Query> {
        let oldest = now.addingTimeInterval(-Self.executionLifetime.timeInterval)
        let rows = try await pool.withConnection { connection in
            _ = try connection.execute(
                """
                UPDATE ingest.execution SET state = 'abandoned', ended_at = \(now)::timestamptz
                WHERE organization_key = \(organization.rawValue)
                    AND dataset = ANY (\(datasets.map(\.rawValue))::ingest.dataset[])
                    AND state = 'open'
                    AND accepted_at <= \(oldest)::timestamptz
                """)
            return try connection.query(
                """
                UPDATE ingest.execution SET state = 'abandoned', ended_at = \(now)::timestamptz
                WHERE organization_key = \(organization.rawValue)
                    AND dataset = ANY (\(datasets.map(\.rawValue))::ingest.dataset[])
                    AND state = 'intended'
                RETURNING dataset::text, client_id, first_day, last_day, part
                """)
        }
        return Set(
            try rows.compactMap { row in
                let (name, clientID, first, last, part) = try row.decode(
                    String.self, String.self, PostgresDate.self, PostgresDate.self, String.self)
                return Dataset(rawValue: name).map { dataset in
                    let days = Day(first)..<Day(last).advanced(by: 1)
                    return Query(Window(dataset: dataset, clientID: clientID, days: days), part: part)
                }
            })
    }

    /// Whether a run is the first of its UTC day, so that what needs doing once a day falls to it.
    ///
    /// - Throws: `PostgresError`.
    package func isFirstOfItsDay(_ run: RunID) async throws -> Bool {
        try await pool.withConnection { connection in
            let rows = try connection.query(
                """
                SELECT NOT EXISTS (
                    SELECT FROM (
                        SELECT began_at FROM ingest.run WHERE run_id < current.run_id ORDER BY run_id DESC LIMIT 1
                    ) AS former
                    WHERE (former.began_at AT TIME ZONE 'UTC')::date = (current.began_at AT TIME ZONE 'UTC')::date
                )
                FROM ingest.run AS current
                WHERE run_id = \(run.rawValue)
                """)
            return try rows.first?.decode(Bool.self) ?? false
        }
    }

    /// Forgets submissions that ended long ago, of all sources, the oldest first.
    ///
    /// What coverage refers to is kept, and so are the newest complete ones of each dataset.
    ///
    /// - Returns: how many were forgotten; at most ``forgottenAtOnce``.
    /// - Throws: `PostgresError`.
    @discardableResult
    package func forgetOldSubmissions(now: Date) async throws -> Int64 {
        let oldest = now.addingTimeInterval(-Self.submissionMemory.timeInterval)
        return try await pool.withConnection { connection in
            try connection.execute(
                """
                WITH remembered AS (
                    -- From which submission on the complete ones of a dataset are the newest; none when there are few.
                    SELECT dataset, (
                        SELECT submission_id FROM ingest.execution
                        WHERE execution.dataset = named.dataset AND state = 'complete'
                        ORDER BY submission_id DESC
                        OFFSET \(Self.rememberedCompletions - 1) LIMIT 1
                    ) AS first_submission
                    FROM unnest(enum_range(NULL::ingest.dataset)) AS named (dataset)
                )
                DELETE FROM ingest.execution WHERE submission_id IN (
                    SELECT ended.submission_id
                    FROM ingest.execution AS ended
                    INNER JOIN remembered USING (dataset)
                    WHERE ended.intended_at < \(oldest)::timestamptz
                        AND ended.ended_at < \(oldest)::timestamptz
                        AND (ended.state <> 'complete' OR ended.submission_id < remembered.first_submission)
                        AND NOT EXISTS (
                            SELECT FROM ingest.coverage AS stored
                            WHERE stored.organization_key = ended.organization_key
                                AND stored.dataset = ended.dataset
                                AND stored.client_id = ended.client_id
                                AND stored.usage_date BETWEEN ended.first_day AND ended.last_day
                                AND stored.submission_id = ended.submission_id
                        )
                    ORDER BY ended.submission_id
                    LIMIT \(Self.forgottenAtOnce)
                )
                """)
        }
    }
}
