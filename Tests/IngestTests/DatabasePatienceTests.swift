import Postgres
import Synchronization
import Testing

@testable import struct Ingest.DatabasePatience

@Suite struct DatabasePatienceTests {
    private let lost = PostgresError.connectionLost("server closed the connection")
    private let patience = DatabasePatience(delays: Array(repeating: .milliseconds(1), count: 3))

    /// Fails with the errors one after the other, then succeeds; says how often it was tried.
    private func attempt(_ errors: [any Error], patience: DatabasePatience? = nil) async -> (
        result: Result<String, any Error>, attempts: Int, retries: Int
    ) {
        let attempts = Mutex(0)
        let retries = Mutex(0)
        do {
            let value = try await (patience ?? self.patience).attempt(onRetry: { _ in retries.withLock { $0 += 1 } }) {
                let attempt = attempts.withLock { attempts in
                    defer { attempts += 1 }
                    return attempts
                }
                if attempt < errors.count { throw errors[attempt] }
                return "stored"
            }
            return (.success(value), attempts.withLock { $0 }, retries.withLock { $0 })
        } catch {
            return (.failure(error), attempts.withLock { $0 }, retries.withLock { $0 })
        }
    }

    @Test func `what succeeds is done once`() async throws {
        let (result, attempts, retries) = await attempt([])
        #expect(try result.get() == "stored")
        #expect((attempts, retries) == (1, 0))
    }

    @Test func `what may succeed later is tried again, and each time is told`() async throws {
        let (result, attempts, retries) = await attempt([lost, PostgresError.deadlineExceeded(during: "COMMIT")])
        #expect(try result.get() == "stored")
        #expect((attempts, retries) == (3, 2))
    }

    @Test func `after the last delay comes one last attempt`() async throws {
        let (saved, attempts, _) = await attempt([lost, lost, lost])
        #expect(try saved.get() == "stored")
        #expect(attempts == 4)
        let (result, all, retries) = await attempt([lost, lost, lost, lost, lost])
        #expect(throws: PostgresError.self) { try result.get() }
        #expect((all, retries) == (4, 3))
    }

    @Test func `without delays there is one attempt`() async {
        let (result, attempts, retries) = await attempt([lost], patience: DatabasePatience(delays: []))
        #expect(throws: PostgresError.self) { try result.get() }
        #expect((attempts, retries) == (1, 0))
    }

    @Test(arguments: [
        PostgresError.poolClosed, .invalidConninfo("no"), .invalidValue("NUL"), .transactionAborted, .misuse("nested"),
    ])
    func `what would fail again is not tried again`(error: PostgresError) async {
        let (result, attempts, retries) = await attempt([error])
        #expect(throws: PostgresError.self) { try result.get() }
        #expect((attempts, retries) == (1, 0))
    }

    @Test func `an error that is not the database's is not tried again`() async {
        struct Other: Error {}
        let (result, attempts, _) = await attempt([lost, Other()])
        #expect(throws: Other.self) { try result.get() }
        #expect(attempts == 2)
    }

    @Test func `a cancellation of the work ends it at once`() async {
        let (result, attempts, retries) = await attempt([CancellationError()])
        #expect(throws: CancellationError.self) { try result.get() }
        #expect((attempts, retries) == (1, 0))
    }

    @Test(.timeLimit(.minutes(30))) func `a cancellation ends the wait`() async {
        let lost = lost
        let (waits, wait) = AsyncStream<Void>.makeStream()
        let attempt = Task {
            try await DatabasePatience(delays: [.seconds(3600)]).attempt(onRetry: { _ in wait.yield() }) {
                throw lost
            }
        }
        for await _ in waits { break }
        attempt.cancel()
        await #expect(throws: CancellationError.self) { try await attempt.value }
    }

    @Test func `when the time is up there is no further wait, whatever delays are left`() async {
        var patience = patience
        patience.limit = .zero
        let (result, attempts, retries) = await attempt([lost, lost], patience: patience)
        #expect(throws: PostgresError.self) { try result.get() }
        #expect((attempts, retries) == (1, 0))
    }

    @Test func `the standard patience outlasts a restart and ends within minutes`() {
        let whole = DatabasePatience().delays.reduce(.zero, +)
        #expect(whole > .seconds(240) && whole < .seconds(360))
        #expect(DatabasePatience().limit == .seconds(300))
    }
}
