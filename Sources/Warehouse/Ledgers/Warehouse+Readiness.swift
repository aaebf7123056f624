import Postgres
package import UsageDomain

extension Warehouse {
    /// How many of the latest executions of a dataset are read: those of the sizes that are seldom asked for hide
    /// behind the others.
    static let readinessDepth = 300

    /// Writes down how long it took until the answer of a submission was ready.
    package func keepReadiness(_ readiness: Readiness, of submission: SubmissionID) async throws {
        _ = try await pool.withConnection { connection in
            try connection.execute(
                """
                UPDATE ingest.execution
                SET ready_after = make_interval(secs => \(readiness.after.timeInterval)),
                    polls = \(Int32(clamping: readiness.polls))
                WHERE submission_id = \(submission.rawValue)
                """)
        }
    }

    /// What the latest executions of an organization tell of when the next ones will be ready.
    ///
    /// - Throws: `PostgresError`.
    package func readiness(of organization: OrganizationKey) async throws -> ReadinessHistory {
        try await pool.withConnection { connection in
            try Self.readiness(of: organization, on: connection)
        }
    }

    private static func readiness(
        of organization: OrganizationKey,
        on connection: isolated PostgresConnection
    ) throws -> ReadinessHistory {
        var history = ReadinessHistory()
        // One query a dataset: which way is short depends on how common the dataset is.
        for dataset in Dataset.allCases {
            for row in try connection.query(readinessQuery(of: dataset, organization)).reversed() {
                let (days, seconds, polls, part) = try row.decode(Int32.self, Double.self, Int32.self, String.self)
                // No window is longer than a month.
                guard (1...31).contains(days) else { continue }
                let first = Day(daysSinceEpoch: 0)
                let window = Window(dataset: dataset, days: first..<first.advanced(by: Int(days)))
                history.add(
                    Readiness(after: .seconds(seconds), polls: Int(polls)), of: Query(window, part: part))
            }
        }
        return history
    }

    /// The newest first.
    static func readinessQuery(of dataset: Dataset, _ organization: OrganizationKey) -> SQL {
        """
        SELECT last_day - first_day + 1 AS days, extract(epoch FROM ready_after)::double precision AS seconds, polls, part
        FROM ingest.execution
        WHERE organization_key = \(organization.rawValue)
            AND dataset = \(dataset.rawValue)::ingest.dataset
            AND ready_after IS NOT NULL
        ORDER BY submission_id DESC
        LIMIT \(Int64(readinessDepth))
        """
    }
}
