import Postgres
package import UsageDomain

extension Warehouse {
    /// The first day of which facts are kept: those before it were given up for good.
    ///
    /// - Returns: nil when retention gave nothing up.
    /// - Throws: `PostgresError`.
    package func firstKeptDay() async throws -> Day? {
        try await pool.withConnection { try Pruning.decidedDay(of: .facts, on: $0) }
    }

    /// What retention gave up, as `status` shows it.
    ///
    /// - Parameter connection: in the transaction of the report.
    /// - Returns: by subject; empty when nothing was.
    /// - Throws: `PostgresError`.
    static func retention(on connection: isolated PostgresConnection) throws -> [StatusReport.Retention] {
        try connection.query(
            "SELECT subject, first_kept_day, decided_at, waiting_partitions FROM usage.retention ORDER BY subject"
        ).map { row in
            StatusReport.Retention(
                subject: try row.decode("subject"),
                firstKeptDay: Day(try row.decode("first_kept_day", as: PostgresDate.self)).description,
                decidedAt: try row.decode("decided_at"),
                waitingPartitions: Int(try row.decode("waiting_partitions", as: Int64.self)))
        }
    }
}
