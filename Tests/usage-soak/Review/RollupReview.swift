import Postgres

/// Whether the sums that are kept with the facts are the sums of the facts.
struct RollupReview: Sendable {
    struct Result: Sendable {
        let lines: Int
        /// Lines that are not the sums of their facts, or are missing.
        let wrong: Int

        var isClean: Bool { wrong == 0 }
    }

    let warehouse: SoakWarehouse

    /// - Throws: `PostgresError`.
    func perform() async throws -> Result {
        let answers = try await warehouse.texts(
            """
            SELECT concat_ws(' ', (SELECT count(*) FROM ingest.client_day) + (SELECT count(*) FROM ingest.endpoint_day),
                (SELECT count(*) FROM ingest.rollup_difference))
            """)
        let numbers = answers.first?.split(separator: " ").compactMap { Int($0) } ?? []
        return Result(lines: numbers.first ?? 0, wrong: numbers.last ?? 0)
    }
}
