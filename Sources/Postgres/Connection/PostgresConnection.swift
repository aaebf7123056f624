import CLibpq
import Logging
import Synchronization

/// A connection to PostgreSQL on a thread of its own.
///
/// Work is handed to it as a synchronous closure, which has the connection for itself until it returns:
///
/// ```swift
/// let names = try await connection.run(timeout: .seconds(5)) { connection in
///     try connection.query("SELECT name FROM client WHERE id = \(id)").map { try $0.decode(String.self) }
/// }
/// ```
///
/// The timeout and the cancellation of the calling task hold for every wait inside the closure: the statement that
/// runs is cancelled at the server, and the connection stays usable. When the server does not answer to that within
/// ``PostgresConfiguration/grace``, the connection is given up.
///
/// To lend connections to many tasks use ``PostgresPool``.
package actor PostgresConnection {
    package nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    /// The process id of the server's backend, as in `pg_stat_activity`.
    package nonisolated let backendPID: Int32

    let logger: Logger
    private let thread: ConnectionThread
    private(set) var pq: PQConnection
    /// The limit of the closure that runs now.
    private var currentLimit: Limit?
    /// Why nothing can be run any more.
    private var fault: PostgresError?
    /// Whether another task may have the connection: it is alive and in no transaction. As of the last call's end.
    nonisolated let isReusable = Atomic(true)

    /// See ``PostgresConfiguration/grace``.
    let grace: Duration

    init(_ pq: consuming PQConnection, on thread: ConnectionThread, grace: Duration, logger: Logger) {
        self.backendPID = pq.backendPID
        self.pq = pq
        self.thread = thread
        self.grace = grace
        self.logger = logger
    }

    isolated deinit { thread.stop() }

    // MARK: Calls

    /// Runs a synchronous closure on the connection's thread.
    ///
    /// One closure runs at a time; waiting for another one's end counts against the timeout.
    ///
    /// - Throws: What the closure throws; inside and before it ``PostgresError/deadlineExceeded(during:)`` after
    ///   `timeout`, and `CancellationError` when the calling task is cancelled.
    @discardableResult
    package nonisolated func run<R: Sendable>(
        timeout: Duration, _ body: @escaping @Sendable (isolated PostgresConnection) throws -> R
    ) async throws -> R {
        try await run(by: .now + timeout, body)
    }

    /// Runs a synchronous closure in a transaction: committed when it returns, rolled back when it throws.
    ///
    /// COMMIT has the deadline too, but cancellation comes too late for it: its answer is still waited for, as long as
    /// ``PostgresConfiguration/grace``. If it fails at its deadline, after that wait, or with the connection, its effect is
    /// unknown.
    ///
    /// - Throws: As ``run(timeout:_:)``; an error of the closure wins over an error in ROLLBACK.
    @discardableResult
    package nonisolated func transaction<R: Sendable>(
        timeout: Duration, _ body: @escaping @Sendable (isolated PostgresConnection) throws -> R
    ) async throws -> R {
        try await run(timeout: timeout) { connection in
            try connection.transaction { try body(connection) }
        }
    }

    nonisolated func run<R: Sendable>(
        by deadline: ContinuousClock.Instant, _ body: @escaping @Sendable (isolated PostgresConnection) throws -> R
    ) async throws -> R {
        // The thread may be quicker than the handler that tells it of a cancellation.
        try Task.checkCancellation()
        let reply = Reply<R>(by: deadline, activity: "waiting for the connection", waking: thread.wakePipe)
        thread.enqueue {
            guard reply.begin() else { return }
            reply.deliver(
                Result {
                    try self.assumeIsolated { connection in
                        try connection.within(reply.limit) { try body(connection) }
                    }
                })
        }
        return try await reply.value()
    }

    /// Says goodbye to the server. Afterwards everything throws ``PostgresError/connectionLost(_:)``.
    package func close() {
        drop(.connectionLost("the connection was closed"))
    }

    // MARK: For the statements

    func within<R>(_ limit: Limit, _ body: () throws -> R) rethrows -> R {
        currentLimit = limit
        defer {
            currentLimit = nil
            isReusable.store(fault == nil && pq.transactionStatus == PQTRANS_IDLE, ordering: .releasing)
        }
        return try body()
    }

    /// The limit of the closure that runs; checks that there is one, that it is not reached, and that the connection
    /// is there.
    func limit(for activity: String) throws -> Limit {
        guard let currentLimit else {
            throw PostgresError.misuse("statements run only inside run, transaction, or what the pool lends")
        }
        if let fault { throw fault }
        do throws(Interruption) { try currentLimit.check() } catch { throw error.error(during: activity) }
        return currentLimit
    }

    var isConnected: Bool { fault == nil }

    /// Whether another closure waits for the connection.
    var isWanted: Bool { thread.isWanted }

    func waiter(_ limit: Limit) -> Waiter { Waiter(wakePipe: thread.wakePipe, limit: limit) }

    /// Ends the connection for good.
    func drop(_ reason: PostgresError) {
        guard fault == nil else { return }
        fault = reason
        isReusable.store(false, ordering: .releasing)
        pq.finish()
        logger.debug("connection ended", metadata: ["postgres.reason": "\(reason)"])
    }

    /// Notices that the server has gone while nobody looked.
    func isAlive() -> Bool {
        guard fault == nil else { return false }
        while !pq.isBad, Waiter.ready(for: .readable, on: pq.socket).contains(.readable) {
            guard pq.consumeInput() else { break }
            // What an idle server sends are notices, among them the reason for which it hangs up.
            _ = pq.isBusy
        }
        if pq.isBad { drop(.connectionLost(pq.errorMessage)) }
        return fault == nil
    }
}
