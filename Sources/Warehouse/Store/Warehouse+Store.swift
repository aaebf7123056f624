import FoundationEssentials
import Postgres
package import UsageDomain

extension Warehouse {
    /// Replaces a window: afterwards the stored rows of its days are exactly those of the answer.
    ///
    /// Rows, journal, dimensions and coverage are written in one transaction, so readers never see half a day and a
    /// crash leaves either the old or the new state. Rows that did not change are not touched. An answer that was
    /// submitted before the one that any of the days holds is dropped as a whole; days that only it would have covered
    /// stay due.
    ///
    /// - Throws: `WarehouseError.duplicateRow` or `.dayGivenUp`, `SpoolError` when the answer cannot be read back, `PostgresError`;
    ///   nothing is changed then.
    package func store(_ answer: SpooledAnswer, replacing context: WindowContext) async throws -> StoreOutcome {
        try await whenStoringIsPossible {
            try await ensurePartition(for: context.window)
            do {
                return try await replace(answer, context)
            } catch PostgresError.server(let error) where error.isMissingPartition {
                // Another session attached the partition a moment ago, and word of it had not reached ours. Behind that
                // session's lock, which making the partition waits for, it has.
                try await makePartition(for: context.window)
                return try await replace(answer, context)
            }
        }
    }

    /// Replaces the snapshot that was taken of an OAuth client on the window's day: its rows, the dimensions, the coverage
    /// and the end of the execution, in one transaction. Rows that are the same are not touched. An answer that was
    /// submitted before the one that is stored is dropped.
    ///
    /// - Precondition: the window is of one day and one OAuth client.
    /// - Throws: `WarehouseError.duplicateRow`, `PostgresError`; nothing is changed then.
    package func store(_ summary: ClientSummary, of context: WindowContext) async throws -> StoreOutcome {
        precondition(context.window.days.count == 1 && !context.window.clientID.isEmpty)
        return try await whenStoringIsPossible {
            try await pool.withTransaction(timeout: .seconds(300)) { connection in
                try SummaryReplacement(summary: summary, context: context).run(on: connection)
            }
        }
    }

    /// Replaces the units of the window's day: four rows, the journal if the day had been stored before, the coverage and
    /// the end of the execution, in one transaction. Rows whose units and zone are the same are not touched. An answer
    /// that was submitted before the one that is stored is dropped.
    ///
    /// - Parameters:
    ///   - usage: as answered; written to the last digit.
    ///   - context: of a window of one day.
    ///   - timeZone: IANA name of the zone in which the day was cut.
    /// - Returns: what that did, in rows.
    /// - Throws: `PostgresError`; nothing is changed then.
    package func store(
        _ usage: ChannelUsage,
        of context: WindowContext,
        timeZone: String
    ) async throws -> StoreOutcome {
        precondition(context.window.days.count == 1)
        return try await whenStoringIsPossible {
            try await pool.withTransaction(timeout: .seconds(300)) { connection in
                try ChannelReplacement(usage: usage, context: context, timeZone: timeZone).run(on: connection)
            }
        }
    }

    /// Waits until fewer than the greatest number of answers are being stored, the longest waiting first: however many
    /// windows are in flight, they need no more connections.
    private func whenStoringIsPossible(_ store: () async throws -> StoreOutcome) async throws -> StoreOutcome {
        try await storing.acquire(by: .now + .seconds(1800))
        defer { storing.release() }
        return try await store()
    }

    private func replace(_ answer: SpooledAnswer, _ context: WindowContext) async throws -> StoreOutcome {
        try await pool.withTransaction(timeout: .seconds(1800)) { connection in
            var replacement = WindowReplacement(answer: answer, context: context)
            return try replacement.run(on: connection)
        }
    }

    /// Has the month's partitions made, in a transaction of its own so that its locks are gone before the store.
    private func ensurePartition(for window: Window) async throws {
        let day = window.firstDay.sqlDate
        try await pool.withConnection { connection in
            let known = try connection.query(
                "SELECT to_regclass(to_char(\(day)::date, '\"ingest.usage_row_\"YYYYMM')) IS NOT NULL")
            if try known.first?.decode(Bool.self) ?? false { return }
            try Self.makePartition(of: day, on: connection)
        }
    }

    private func makePartition(for window: Window) async throws {
        let day = window.firstDay.sqlDate
        try await pool.withConnection { try Self.makePartition(of: day, on: $0) }
    }

    private static func makePartition(of day: PostgresDate, on connection: isolated PostgresConnection) throws {
        do {
            try connection.execute("SELECT ingest.ensure_partition(\(day))")
        } catch PostgresError.server(let error) where error.sqlState == "55000" {
            throw WarehouseError.dayGivenUp(error.message)
        }
    }
}

extension PostgresServerError {
    /// "no partition of relation … found for row": a check violation that names no constraint.
    fileprivate var isMissingPartition: Bool {
        sqlState == "23514" && constraint == nil
    }
}
