package import FoundationEssentials
import Postgres

extension Warehouse {
    /// What is known of how much a source may send, from whichever process learned it.
    ///
    /// - Returns: requests a minute that the vendor was last seen to allow, nil when unknown; and until when it asked for
    ///   silence, nil when it never did.
    /// - Throws: `PostgresError`.
    package func budget(of source: String) async throws -> (allowance: Int?, restingUntil: Date?) {
        try await pool.withConnection { connection in
            let rows = try connection.query(
                "SELECT allowance, resting_until FROM ingest.source WHERE name = \(source)")
            guard let row = rows.first else { return (nil, nil) }
            return (
                try row.decode("allowance", as: Int32?.self).map(Int.init),
                try row.decode("resting_until", as: Date?.self)
            )
        }
    }

    /// Writes down what was learned of how much a source may send. A silence is never made shorter, since another process
    /// may have been asked for a longer one.
    ///
    /// - Parameters:
    ///   - source: its name in the configuration.
    ///   - allowance: requests a minute that the vendor allows; nil leaves what is known.
    ///   - restingUntil: until when it asked for silence; nil when it did not.
    /// - Throws: `PostgresError`.
    package func keepBudget(of source: String, allowance: Int?, restingUntil: Date?) async throws {
        _ = try await pool.withConnection { connection in
            try connection.execute(
                """
                UPDATE ingest.source AS known SET allowance = learned.allowance, resting_until = learned.resting_until
                FROM (
                    SELECT source_key,
                        coalesce(nullif(\(Int32(clamping: allowance ?? 0)), 0), allowance) AS allowance,
                        greatest(
                            resting_until,
                            to_timestamp(
                                nullif(\(restingUntil?.timeIntervalSince1970 ?? .nan)::double precision, 'NaN')
                            )
                        ) AS resting_until
                    FROM ingest.source
                    WHERE name = \(source)
                ) AS learned
                WHERE known.source_key = learned.source_key
                    AND (known.allowance, known.resting_until)
                        IS DISTINCT FROM (learned.allowance, learned.resting_until)
                """)
        }
    }
}
