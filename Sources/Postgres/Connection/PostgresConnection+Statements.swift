import CLibpq

extension PostgresConnection {
    /// Runs one statement and returns the number of rows it affected, 0 where it counts none.
    ///
    /// - Throws: ``PostgresError``; `CancellationError`.
    @discardableResult
    package func execute(_ sql: SQL) throws -> Int64 {
        try result(of: sql).commandTuples
    }

    /// Runs one statement and returns its rows, all of them in memory.
    ///
    /// - Throws: ``PostgresError``; `CancellationError`.
    package func query(_ sql: SQL) throws -> PostgresRows {
        PostgresRows(try result(of: sql))
    }

    /// Runs a text of any number of statements by the simple protocol, which makes them one transaction unless the
    /// text has transaction commands of its own.
    ///
    /// - Throws: ``PostgresError``, whose position counts characters of `text` from 1; `CancellationError`.
    package func executeScript(_ text: String) throws {
        guard !text.utf8.contains(0) else { throw PostgresError.invalidValue("the SQL text contains a NUL byte") }
        _ = try results(of: text) { pq in pq.sendQuery(text) }
    }

    func result(of sql: SQL) throws -> PQResult {
        let parameters = try QueryParameters(sql)
        guard let result = try results(of: sql.text, send: { pq in pq.sendQueryParams(sql.text, parameters) }).last
        else { throw PostgresError.connectionLost("the server gave no answer") }
        return result
    }

    /// One exchange: send, wait, collect; on interruption cancel and drain. A COPY that the statement begins is an
    /// error, unless it is said to be `copying`.
    func results(
        of statement: String, copying: Bool = false, send: (borrowing PQConnection) -> Bool
    ) throws -> [PQResult] {
        let limit = try limit(for: statement)
        guard send(pq) else { throw refusal(of: statement) }
        let results = try uninterrupted(during: statement) { pq throws(Interruption) in
            try Exchange.results(pq, waiter(limit))
        }
        try check(results, of: statement)
        if results.last?.isCopy == true, !(copying && results.last?.status == PGRES_COPY_IN) {
            abandonStatement()
            throw PostgresError.misuse("COPY needs copyIn, and COPY … TO STDOUT is not supported")
        }
        return results
    }

    /// Runs a part of an exchange. If it is interrupted, the statement is ended before the error is thrown.
    func uninterrupted<R>(
        during statement: String, _ part: (borrowing PQConnection) throws(Interruption) -> R
    ) throws -> R {
        do throws(Interruption) {
            return try part(pq)
        } catch {
            abandonStatement()
            throw error.error(during: statement)
        }
    }

    /// Throws the first error among the results; notices the loss of the connection.
    func check(_ results: [PQResult], of statement: String) throws {
        let failed = results.first(where: \.isError)
        // Of a lost connection the server's own last words are worth more than libpq's.
        let said = results.first { $0.isError && $0.errorField(.sqlState) != nil }
        let lost = pq.isBad
        if let said {
            let error = PostgresError.server(PostgresServerError(said, statement: statement))
            if lost { drop(error) }
            throw error
        }
        guard lost || failed != nil else { return }
        let error = PostgresError.connectionLost(failed?.errorMessage ?? pq.errorMessage)
        drop(error)
        throw error
    }

    /// Ends the running statement at the server and reads its answers, or gives the connection up.
    func abandonStatement() {
        let waiter = waiter(Limit(deadline: .now + grace))
        guard let cancel = pq.getCancel(), let request = CancelRequest.send(cancel, waking: waiter.wakePipe) else {
            drop(.connectionLost("a statement could not be cancelled"))
            return
        }
        do throws(Interruption) {
            let isReady = try Exchange.drain(pq, waiter)
            try request.waitUntilFinished(waiter)
            if !isReady { drop(.connectionLost("lost while a statement was cancelled: \(pq.errorMessage)")) }
        } catch {
            drop(.connectionLost("the server did not answer the cancellation of a statement"))
        }
    }

    /// libpq would not even send.
    private func refusal(of statement: String) -> PostgresError {
        guard pq.isBad else { return .misuse(pq.errorMessage) }
        let error = PostgresError.connectionLost(pq.errorMessage)
        drop(error)
        return error
    }
}
