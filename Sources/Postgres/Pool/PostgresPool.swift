package import Logging
import Synchronization

/// Lends a limited number of connections, opened when they are needed.
///
/// A connection belongs to one task from the beginning of a closure to its end. One that was lost, or was left inside
/// a transaction, is not lent again. Session state that a closure leaves behind otherwise, such as settings and
/// temporary tables, stays.
package final class PostgresPool: Sendable {
    private let configuration: PostgresConfiguration
    private let logger: Logger
    private let permits: Permits
    private let idle = Mutex(Idle())

    /// The connections that nobody has. The last one returned is the first to go out again, so that the server's caches
    /// are warm.
    private struct Idle {
        var connections: [PostgresConnection] = []
        /// Grows when what is open now must not be lent again; those that are lent then are not taken back.
        var generation = 0
    }

    /// Makes a pool of at most `size` connections; none is opened yet.
    package init(_ configuration: PostgresConfiguration, size: Int, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
        self.permits = Permits(count: size)
    }

    /// Lends a connection to a synchronous closure.
    ///
    /// The timeout is for everything: waiting for a connection, opening one, and every statement.
    ///
    /// - Throws: As ``PostgresConnection/run(timeout:_:)`` and
    ///   ``PostgresConnection/connect(_:logger:)``; ``PostgresError/poolClosed``.
    @discardableResult
    package func withConnection<R: Sendable>(
        timeout: Duration = .seconds(30), _ body: @escaping @Sendable (isolated PostgresConnection) throws -> R
    ) async throws -> R {
        let deadline = ContinuousClock.now + timeout
        try await permits.acquire(by: deadline)
        defer { permits.release() }
        let generation = idle.withLock { $0.generation }
        while let connection = idle.withLock({ $0.connections.popLast() }) {
            do {
                return try await lend(connection, of: generation, by: deadline) { connection in
                    guard connection.isAlive() else { throw LostWhileIdle() }
                    return try body(connection)
                }
            } catch is LostWhileIdle {
                continue
            }
        }
        let connectDeadline = min(deadline, .now + configuration.connectTimeout)
        let connection = try await PostgresConnection.connect(configuration, logger: logger, by: connectDeadline)
        return try await lend(connection, of: generation, by: deadline, body)
    }

    /// Lends a connection to a synchronous closure in a transaction: committed when it returns, rolled back when it
    /// throws. The timeout is for everything, as there.
    ///
    /// - Throws: As ``withConnection(timeout:_:)``; an error of the closure wins over one in ROLLBACK.
    @discardableResult
    package func withTransaction<R: Sendable>(
        timeout: Duration = .seconds(30), _ body: @escaping @Sendable (isolated PostgresConnection) throws -> R
    ) async throws -> R {
        try await withConnection(timeout: timeout) { connection in
            try connection.transaction { try body(connection) }
        }
    }

    /// Lends no more, and closes each connection once it is back.
    package func close() async {
        await permits.close()
        for connection in idle.withLock({ idle in
            defer { idle.connections = [] }
            return idle.connections
        }) {
            await connection.close()
        }
    }

    private func lend<R: Sendable>(
        _ connection: PostgresConnection, of generation: Int, by deadline: ContinuousClock.Instant,
        _ body: @escaping @Sendable (isolated PostgresConnection) throws -> R
    ) async throws -> R {
        // Without a word to the connection's thread: one that was given up ends with its last reference.
        defer { if connection.isReusable.load(ordering: .acquiring) { takeBack(connection, of: generation) } }
        do {
            return try await connection.run(by: deadline, body)
        } catch let error as PostgresError where error.isReadOnlySession {
            // A session keeps the setting it began with, and its server: after a failover a new one finds the server
            // that takes writes, and what is open stays with the one that does not.
            retire(generation)
            throw error
        }
    }

    private func takeBack(_ connection: PostgresConnection, of generation: Int) {
        idle.withLock { idle in
            if idle.generation == generation { idle.connections.append(connection) }
        }
    }

    private func retire(_ generation: Int) {
        // The connections end outside of the lock, with their last reference.
        let retired = idle.withLock { idle -> [PostgresConnection] in
            guard idle.generation == generation else { return [] }
            idle.generation += 1
            defer { idle.connections = [] }
            return idle.connections
        }
        if !retired.isEmpty { logger.debug("connections that cannot write are given up") }
    }

    /// The server hung up on an idle connection; the closure has not run.
    private struct LostWhileIdle: Error {}
}
