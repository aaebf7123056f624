import Postgres

extension Warehouse {
    /// Has the partitioned tables analysed as wholes that have grown or shrunk much since they last were: autovacuum sees to
    /// their partitions only. Most times there is nothing to do, which costs a look into the catalogs. At twenty million
    /// facts it reads for some seconds, a minute on a slow disk.
    ///
    /// - Returns: the tables that were analysed; none while another session does so.
    /// - Throws: `PostgresError`; statistics are as before then.
    @discardableResult
    package func analyzeGrown() async throws -> [String] {
        try await pool.withConnection(timeout: .seconds(600)) { connection in
            try connection.query("SELECT ingest.analyze_grown()").first?.decode([String].self) ?? []
        }
    }
}
