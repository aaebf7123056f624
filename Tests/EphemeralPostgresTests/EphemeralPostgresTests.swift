import EphemeralPostgres
import Glibc
import Postgres
import TestSupport
import Testing

@Suite(.inTurn, .timeLimit(.minutes(30)))
struct `A private cluster` {
    @Test func `answers on its unix socket and is gone at the end of its scope`() async throws {
        let directory = try await EphemeralPostgres.withCluster { cluster in
            let value = try await answer(to: "SELECT 40 + 2", at: cluster.conninfo())
            #expect(value == 42)
            return cluster.socketDirectory
        }
        #expect(access(directory, F_OK) != 0)
        #expect(!isMentionedByAProcess(directory))
    }

    @Test func `listens on TCP where asked for`() async throws {
        try await EphemeralPostgres.withCluster(.init(listensOnTCP: true)) { cluster in
            let value = try await answer(to: "SELECT 7", at: cluster.tcpConninfo())
            #expect(value == 7)
        }
    }

    @Test func `takes settings, also with quotes in them`() async throws {
        try await EphemeralPostgres.withCluster(.init(settings: ["cluster_name": "it's"])) { cluster in
            let length = try await answer(
                to: "SELECT length(current_setting('cluster_name'))", at: cluster.conninfo())
            #expect(length == 4)
        }
    }

    @Test func `goes when its scope is left by an error`() async throws {
        struct Leaving: Error { let directory: String }
        let error = await #expect(throws: Leaving.self) {
            try await EphemeralPostgres.withCluster { cluster in throw Leaving(directory: cluster.socketDirectory) }
        }
        let directory = try #require(error).directory
        #expect(access(directory, F_OK) != 0)
    }

    @Test func `goes when its task is cancelled`() async throws {
        let (directories, continuation) = AsyncStream.makeStream(of: String.self)
        let task = Task {
            try await EphemeralPostgres.withCluster { cluster in
                continuation.yield(cluster.socketDirectory)
                try await Task.sleep(for: .seconds(600))
            }
        }
        let directory = try #require(await directories.first { _ in true })
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        try await eventually("the directory is gone") { access(directory, F_OK) != 0 }
    }

    @Test func `keeps its data over a stop, a restart and a kill`() async throws {
        try await EphemeralPostgres.withCluster { cluster in
            _ = try await answer(to: "SELECT 1", at: cluster.conninfo(), after: "CREATE TABLE kept (n int)")
            try await cluster.stop()
            await #expect(throws: PostgresError.self) { try await answer(to: "SELECT 1", at: cluster.conninfo()) }
            try await cluster.startAgain()
            try await cluster.restart(.immediate)
            try await cluster.kill9()
            await #expect(throws: PostgresError.self) { try await answer(to: "SELECT 1", at: cluster.conninfo()) }
            try await cluster.startAgain()
            let value = try await answer(to: "SELECT count(*)::int FROM kept", at: cluster.conninfo())
            #expect(value == 0)
        }
    }

    @Test func `shows the server's own words when it does not start`() async throws {
        let error = await #expect(throws: EphemeralPostgresError.self) {
            try await EphemeralPostgres.withCluster(.init(settings: ["shared_buffers": "plenty"])) { _ in }
        }
        let description = try #require(error).description
        #expect(description.contains(#"invalid value for parameter "shared_buffers": "plenty""#))
    }
}

/// The integer that a query answers, on a connection of its own.
private func answer(to sql: String, at conninfo: String, after statement: String? = nil) async throws -> Int32? {
    let configuration = PostgresConfiguration(
        conninfo: conninfo, applicationName: "test", connectTimeout: .seconds(120))
    let connection = try await PostgresConnection.connect(configuration, logger: .silent)
    let result = try await connection.run(timeout: .seconds(120)) { connection in
        if let statement { try connection.execute(SQL(unsafe: statement)) }
        return try connection.query(SQL(unsafe: sql)).first?.decode(Int32.self)
    }
    await connection.close()
    return result
}
