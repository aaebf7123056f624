import CLibpq
package import Logging

extension PostgresConnection {
    /// How long an attempt to connect goes on alone. A link that swallows what is sent into it keeps an attempt from ever
    /// ending, also when it carries again; a new one gets through at once.
    package static let loneAttempt = Duration.seconds(2)

    /// Connects, within ``PostgresConfiguration/connectTimeout``: by the first of several attempts that ends, each begun
    /// ``loneAttempt`` after the one before.
    ///
    /// The caller's wait ends at that time, and at once when its task is cancelled, even while libpq is stuck in
    /// a name server.
    ///
    /// - Throws: ``PostgresError/connectionFailed(_:)``, ``PostgresError/invalidConninfo(_:)``, what
    ///   ``PostgresConfiguration/prepare`` throws, ``PostgresError/deadlineExceeded(during:)``, `CancellationError`.
    package static func connect(
        _ configuration: PostgresConfiguration, logger: Logger
    ) async throws -> PostgresConnection {
        try await connect(configuration, logger: logger, by: .now + configuration.connectTimeout)
    }

    static func connect(
        _ configuration: PostgresConfiguration, logger: Logger, by deadline: ContinuousClock.Instant
    ) async throws -> PostgresConnection {
        let conninfo = try Conninfo(configuration.conninfo)
        return try await withThrowingTaskGroup(of: PostgresConnection?.self) { group in
            // What others have opened meanwhile ends with its last reference.
            defer { group.cancelAll() }
            while true {
                group.addTask { try await attempt(conninfo, configuration, logger: logger, by: deadline) }
                let next = ContinuousClock.now + loneAttempt
                group.addTask {
                    try await Task.sleep(until: next, clock: .continuous)
                    return nil
                }
                if let connection = try await group.next() ?? nil { return connection }
            }
        }
    }

    private static func attempt(
        _ conninfo: Conninfo, _ configuration: PostgresConfiguration, logger: Logger,
        by deadline: ContinuousClock.Instant
    ) async throws -> PostgresConnection {
        let thread = try ConnectionThread.start()
        // The reply never begins: nothing of the caller's is borrowed, so nobody has to wait for the thread.
        let reply = Reply<PostgresConnection>(by: deadline, activity: "connecting", waking: thread.wakePipe)
        thread.enqueue {
            // A connection that nobody waits for any more ends with its last reference.
            reply.deliver(Result { try open(conninfo, configuration, on: thread, within: reply.limit, logger: logger) })
        }
        return try await reply.value()
    }

    /// On the new thread, from name to prepared session.
    private static func open(
        _ conninfo: Conninfo, _ configuration: PostgresConfiguration, on thread: ConnectionThread,
        within limit: Limit, logger: Logger
    ) throws -> PostgresConnection {
        let pq: PQConnection
        do {
            let parameters = conninfo.parameters(applicationName: configuration.applicationName)
            pq = PQConnection(connectStart: parameters, notices: NoticeReceiver(logger: logger))
            try establish(pq, Waiter(wakePipe: thread.wakePipe, limit: limit))
        } catch {
            thread.stop()
            throw error
        }
        let connection = PostgresConnection(pq, on: thread, grace: configuration.grace, logger: logger)
        try connection.assumeIsolated { connection in
            try connection.within(limit) {
                try connection.apply(configuration.settings)
                try configuration.prepare?(connection)
            }
        }
        logger.debug("connected", metadata: ["postgres.backend": "\(connection.backendPID)"])
        return connection
    }

    private static func establish(_ pq: borrowing PQConnection, _ waiter: Waiter) throws {
        // libpq keeps a failed connection's SQLSTATE to itself, except in the verbose text of the message.
        pq.setErrorVerbosity(PQERRORS_VERBOSE)
        let isConnected: Bool
        do throws(Interruption) {
            isConnected = try Exchange.connect(pq, waiter)
        } catch {
            throw error.error(during: "connecting")
        }
        guard isConnected, pq.setNonblocking() else {
            throw PostgresError.connectionFailed(
                ConnectFailure(verbose: pq.errorMessage, needsPassword: pq.connectionNeedsPassword))
        }
        pq.setErrorVerbosity(PQERRORS_DEFAULT)
    }

    /// One round trip, with the values bound.
    private func apply(_ settings: [(String, String)]) throws {
        guard !settings.isEmpty else { return }
        var sql = SQL(unsafe: "SELECT")
        for (index, (name, value)) in settings.enumerated() {
            sql = "\(sql)\(unsafe: index == 0 ? "" : ",") set_config(\(name), \(value), false)"
        }
        try execute(sql)
    }
}
