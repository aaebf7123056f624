package import FoundationEssentials
import Postgres
package import UsageDomain

extension Warehouse {
    /// How long an accepted execution is worth polling again instead of submitting anew. The vendor does not say how
    /// long it keeps results (contract, section 2); a longer memory would only store older numbers.
    package static let executionLifetime = Duration.seconds(6 * 3600)

    /// The closures through which an adapter writes its executions down.
    ///
    /// - Parameters:
    ///   - organization: the organization that is asked about.
    ///   - run: the run that submits.
    ///   - byUser: whether the queries group by user; one that does is another query.
    ///   - now: the current time, asked at each step.
    /// - Returns: closures that throw `PostgresError`.
    package func recorder(
        organization: OrganizationKey,
        run: RunID,
        byUser: Bool,
        now: @escaping @Sendable () -> Date
    ) -> ExecutionRecorder {
        ExecutionRecorder(
            open: { try await openExecution(of: $0, organization: organization, byUser: byUser, now: now()) },
            intend: { try await intend($0, organization: organization, run: run, byUser: byUser, now: now()) },
            accepted: { try await accept($0, $1, now: now()) },
            // A complete execution ends in the transaction that stores its answer: until then a restart polls it.
            ended: { if $1 != .complete { try await endExecution($0, $1, now: now()) } }
        )
    }

    private func openExecution(
        of query: Query,
        organization: OrganizationKey,
        byUser: Bool,
        now: Date
    ) async throws -> OpenExecution? {
        let oldest = now.addingTimeInterval(-Self.executionLifetime.timeInterval)
        return try await pool.withConnection { connection in
            let rows = try connection.query(
                """
                SELECT submission_id, execution_id
                FROM ingest.execution
                WHERE organization_key = \(organization.rawValue)
                    AND dataset = \(query.window.dataset.rawValue)::ingest.dataset
                    AND client_id = \(query.window.clientID)
                    AND first_day = \(query.window.firstDay.sqlDate)
                    AND last_day = \(query.window.lastDay.sqlDate)
                    AND part = \(query.part)
                    AND by_user = \(byUser)
                    AND state = 'open'
                    AND accepted_at > \(oldest)::timestamptz
                ORDER BY submission_id DESC
                LIMIT 1
                """)
            guard let (submission, execution) = try rows.first?.decode(Int64.self, String.self) else { return nil }
            return OpenExecution(
                submission: SubmissionID(rawValue: submission), execution: ExecutionID(rawValue: execution))
        }
    }

    private func intend(
        _ query: Query,
        organization: OrganizationKey,
        run: RunID,
        byUser: Bool,
        now: Date
    ) async throws -> SubmissionID {
        try await pool.withConnection { connection in
            let rows = try connection.query(
                """
                INSERT INTO ingest.execution (
                    organization_key, dataset, client_id, first_day, last_day, part, by_user, run_id, state,
                    intended_at
                )
                VALUES (
                    \(organization.rawValue), \(query.window.dataset.rawValue)::ingest.dataset, \(query.window.clientID),
                    \(query.window.firstDay.sqlDate), \(query.window.lastDay.sqlDate), \(query.part), \(byUser),
                    \(run.rawValue), 'intended',
                    \(now)::timestamptz
                )
                RETURNING submission_id
                """)
            guard let submission = try rows.first?.decode(Int64.self) else {
                throw PostgresError.invalidValue("INSERT … RETURNING returned no submission_id")
            }
            return SubmissionID(rawValue: submission)
        }
    }

    private func accept(_ submission: SubmissionID, _ execution: ExecutionID, now: Date) async throws {
        _ = try await pool.withConnection { connection in
            try connection.execute(
                """
                UPDATE ingest.execution
                SET state = 'open', execution_id = \(execution.rawValue), accepted_at = \(now)::timestamptz
                WHERE submission_id = \(submission.rawValue)
                """)
        }
    }

    /// Writes down that nothing more will be asked of a submission.
    package func endExecution(_ submission: SubmissionID, _ end: ExecutionEnd, now: Date) async throws {
        _ = try await pool.withConnection { connection in
            try connection.execute(
                """
                UPDATE ingest.execution SET state = \(end.rawValue), ended_at = \(now)::timestamptz
                WHERE submission_id = \(submission.rawValue)
                """)
        }
    }

    /// How long a query of a dataset took until its answer was ready, the median of the last hundred; where that was not
    /// seen, from submit to the end of its answer.
    ///
    /// - Returns: ten seconds when nothing was fetched yet.
    package func typicalExecutionTime(of dataset: Dataset) async throws -> Duration {
        try await pool.withConnection { connection in
            let rows = try connection.query(
                """
                SELECT coalesce(percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds), 10)
                FROM (
                    SELECT
                        extract(epoch FROM coalesce(ready_after, ended_at - intended_at))::double precision AS seconds
                    FROM ingest.execution
                    WHERE dataset = \(dataset.rawValue)::ingest.dataset AND state = 'complete'
                    ORDER BY submission_id DESC
                    LIMIT 100
                ) AS recent
                """)
            return .seconds(try rows.first?.decode(Double.self) ?? 10)
        }
    }
}
