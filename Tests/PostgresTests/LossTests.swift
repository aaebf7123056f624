import EphemeralPostgres
import Postgres
import TestSupport
import Testing

/// The server, or its backend, goes away.
@Suite(.inTurn) struct LossTests {
    @Test func `a terminated backend is a lost connection, and transient`() async throws {
        let connection = try await Server.connect()
        let observer = try await Server.connect()
        let task = Task { try await connection.run(timeout: patience) { try $0.execute("SELECT pg_sleep(600)") } }
        try await observer.wait(
            until: """
                SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE pid = \(connection.backendPID) AND query LIKE '%pg_sleep%'
                """)
        let error = try await postgresError { try await task.value }
        #expect(error.sqlState == "57P01")
        #expect(error.isConnectionLost)
        #expect(error.isTransient)
        let next = try await postgresError {
            try await connection.run(timeout: patience) { try $0.execute("SELECT 1") }
        }
        #expect(next.isConnectionLost)
    }

    enum Death: CaseIterable { case immediate, kill9 }

    @Test(arguments: Death.allCases) func `a server killed during a query`(death: Death) async throws {
        try await EphemeralPostgres.withCluster { cluster in
            let connection = try await Server.connect(to: cluster)
            let observer = try await Server.connect(to: cluster)
            let task = Task { try await connection.run(timeout: patience) { try $0.execute("SELECT pg_sleep(600)") } }
            try await observer.wait(
                until: "SELECT count(*) > 0 FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(600)'")
            try await kill(cluster, death)
            let error = try await postgresError { try await task.value }
            #expect(error.isConnectionLost)
            #expect(error.isTransient)
        }
    }

    @Test(arguments: Death.allCases) func `a server killed during a COPY`(death: Death) async throws {
        try await EphemeralPostgres.withCluster { cluster in
            let connection = try await Server.connect(to: cluster)
            let (started, continuation) = AsyncStream.makeStream(of: Void.self)
            let task = Task {
                try await connection.transaction(timeout: patience) { connection in
                    try connection.execute("CREATE TEMP TABLE t (id int8, name text)")
                    return try connection.copyIn("COPY t FROM STDIN (FORMAT binary)") { writer in
                        for id in 0... {
                            try writer.row(Int64(id))
                            if id == 10_000 { continuation.finish() }
                        }
                    }
                }
            }
            for await _ in started {}
            try await kill(cluster, death)
            let error = try await postgresError { try await task.value }
            #expect(error.isConnectionLost)
        }
    }

    @Test func `a server that shuts down, and one that is full, can be tried again`() async throws {
        let options = EphemeralPostgres.Options(settings: [
            "max_connections": "4", "superuser_reserved_connections": "0",
        ])
        try await EphemeralPostgres.withCluster(options) { cluster in
            var connections: [PostgresConnection] = []
            var full: PostgresError?
            while full == nil, connections.count < 20 {
                do {
                    connections.append(try await Server.connect(to: cluster))
                } catch let error as PostgresError {
                    full = error
                }
            }
            #expect(full?.sqlState == "53300")
            #expect(full?.isTransient == true)
            #expect(full?.description.contains("LOCATION") == false)
            // A smart shutdown waits for the connections, and refuses new ones meanwhile.
            async let stopped: Void = cluster.stop(.smart)
            var refused: PostgresError?
            let deadline = ContinuousClock.now + patience
            while refused?.sqlState != "57P03", ContinuousClock.now < deadline {
                refused = await #expect(throws: PostgresError.self) { _ = try await Server.connect(to: cluster) }
            }
            #expect(refused?.isTransient == true)
            for connection in connections { await connection.close() }
            try await stopped
            let gone = try await postgresError { try await Server.connect(to: cluster) }
            #expect(gone.sqlState == nil)
            #expect(gone.isTransient)
        }
    }

    private func kill(_ cluster: EphemeralPostgres, _ death: Death) async throws {
        switch death {
        case .immediate: try await cluster.stop(.immediate)
        case .kill9: try await cluster.kill9()
        }
    }
}
