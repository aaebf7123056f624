import CLibpq

extension PostgresConnection {
    /// Runs `COPY … FROM STDIN (FORMAT binary)` with the rows that the closure writes, and returns their number.
    ///
    /// When the closure throws, the server fails the COPY, the connection stays usable, and the closure's error is
    /// thrown. What the server has against a row is reported when the closure has returned, since libpq hands over
    /// an answer only then; until then the server skips what it is sent.
    ///
    /// - Throws: What the closure throws; ``PostgresError``; `CancellationError`.
    package func copyIn(_ sql: SQL, _ body: (inout PostgresCopyWriter) throws -> Void) throws -> Int64 {
        let statement = sql.text
        let parameters = try QueryParameters(sql)
        let begun = try results(of: statement, copying: true) { pq in pq.sendQueryParams(statement, parameters) }
        guard begun.last?.status == PGRES_COPY_IN else {
            throw PostgresError.misuse("copyIn needs COPY … FROM STDIN (FORMAT binary)")
        }
        do {
            var writer = PostgresCopyWriter { bytes in try self.send(bytes, of: statement) }
            try body(&writer)
            try writer.finish()
            let limit = try limit(for: statement)
            let results = try uninterrupted(during: statement) { pq throws(Interruption) in
                try Exchange.copyEnd(error: nil, pq, waiter(limit))
            }
            try check(results, of: statement)
            return results.last?.commandTuples ?? 0
        } catch {
            endCopy()
            throw error
        }
    }

    private func send(_ bytes: UnsafeRawBufferPointer, of statement: String) throws {
        let limit = try limit(for: statement)
        try uninterrupted(during: statement) { pq throws(Interruption) in
            try Exchange.copyData(bytes, pq, waiter(limit))
        }
        guard pq.isBad else { return }
        // Ending the COPY lets libpq read what the server said before it hung up.
        let results = try uninterrupted(during: statement) { pq throws(Interruption) in
            try Exchange.copyEnd(error: "the connection is lost", pq, waiter(limit))
        }
        try check(results, of: statement)
    }

    /// Fails a COPY that is still open; does nothing to one that has ended.
    private func endCopy() {
        guard isConnected else { return }
        do throws(Interruption) {
            guard try Exchange.drain(pq, waiter(Limit(deadline: .now + grace))) else {
                drop(.connectionLost("lost at the end of a COPY"))
                return
            }
        } catch {
            drop(.connectionLost("the server did not answer the end of a COPY"))
        }
    }
}
