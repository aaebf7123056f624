import Logging
import Postgres
import ServiceLifecycle
import Warehouse

/// Lets work that was asked to end finish what it stores only as long as there is a database that takes it.
///
/// Into a link that swallows everything a statement would be waited for until the end of all patience.
struct DatabaseWatch: Sendable {
    /// How a look at the database connects.
    let connection: PostgresConfiguration
    let logger: Logger

    /// How long the database may take to answer; what is stored while it is as slow as that is fetched again.
    private static let deadline = Duration.seconds(2)
    /// Between two looks.
    private static let pause = Duration.seconds(1)

    private struct Silent: Error {}

    /// Runs the work. After a graceful shutdown has begun, it is cancelled when the database does not answer.
    ///
    /// - Throws: what the work throws; `CancellationError` when it was cancelled for that reason.
    func during(_ work: @escaping @Sendable () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await work() }
            group.addTask {
                try await gracefulShutdown()
                while await answers() { try await Task.sleep(for: Self.pause) }
                throw Silent()
            }
            defer { group.cancelAll() }
            do {
                try await group.next()
            } catch is Silent {
                logger.notice("the database does not answer, what is being stored is given up")
                throw CancellationError()
            }
        }
    }

    /// Refusing a connection is an answer, too: then statements end by themselves.
    private func answers() async -> Bool {
        var configuration = connection
        configuration.connectTimeout = Self.deadline
        do {
            let connection = try await PostgresConnection.connect(configuration, logger: logger)
            _ = try await connection.run(timeout: Self.deadline) { try $0.execute("SELECT 1") }
            await connection.close()
            return true
        } catch PostgresError.deadlineExceeded {
            return false
        } catch {
            return true
        }
    }
}
