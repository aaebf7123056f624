import CLibpq
import Logging

extension PostgresConnection {
    /// Runs a closure in a transaction, inside of ``run(timeout:_:)``: committed when it returns, rolled back when it
    /// throws.
    ///
    /// - Throws: What the closure throws, which wins over an error in ROLLBACK;
    ///   ``PostgresError/transactionAborted`` when the closure swallowed an error after which the server cannot commit;
    ///   ``PostgresError/misuse(_:)`` when it ended the transaction itself, or one was open already.
    @discardableResult
    package func transaction<R>(_ body: () throws -> R) throws -> R {
        guard pq.transactionStatus != PQTRANS_INTRANS, pq.transactionStatus != PQTRANS_INERROR else {
            throw PostgresError.misuse("a transaction is open already")
        }
        try execute("BEGIN")
        do {
            let value = try body()
            try commit()
            return value
        } catch {
            rollback()
            throw error
        }
    }

    private func commit() throws {
        // The last moment at which cancellation is obeyed at once.
        let limit = try limit(for: "COMMIT")
        switch pq.transactionStatus {
        case PQTRANS_INTRANS: break
        case PQTRANS_INERROR: throw PostgresError.transactionAborted
        default: throw PostgresError.misuse("the transaction was ended inside its own body")
        }
        try finishTransaction(with: "COMMIT", within: limit.outlastingCancellation(by: grace))
    }

    /// An error here has nobody to go to: the server rolls back a connection that is given up.
    private func rollback() {
        guard pq.transactionStatus == PQTRANS_INTRANS || pq.transactionStatus == PQTRANS_INERROR else { return }
        do {
            try finishTransaction(with: "ROLLBACK", within: Limit(deadline: .now + grace))
        } catch {
            logger.debug("ROLLBACK failed", metadata: ["postgres.reason": "\(error)"])
        }
    }

    /// Unlike other statements these are never cancelled at the server; at the limit the connection is given up, for its
    /// state is unknown.
    private func finishTransaction(with command: String, within limit: Limit) throws {
        guard pq.sendQuery(command) else {
            let error = PostgresError.connectionLost(pq.errorMessage)
            drop(error)
            throw error
        }
        let results: [PQResult]
        do throws(Interruption) {
            results = try Exchange.results(pq, waiter(limit))
        } catch {
            drop(.connectionLost("\(command) was not answered in time"))
            throw error.error(during: command)
        }
        try check(results, of: command)
    }
}
