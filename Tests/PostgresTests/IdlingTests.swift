import Dispatch
import Postgres
import TestSupport
import Testing

/// What a connection notices of its own end while nobody asks it anything.
@Suite(.inTurn, .timeLimit(.minutes(30))) struct IdlingTests {
    @Test func `the end of an idle connection is noticed at once, without a question`() async throws {
        let connection = try await Server.connect()
        let observer = try await Server.connect()
        let began = ContinuousClock.now
        async let hasEnded = connection.hasEnded(within: .seconds(600))
        try await observer.run(timeout: patience) { [backend = connection.backendPID] in
            try $0.execute("SELECT pg_terminate_backend(\(backend))")
        }
        #expect(try await hasEnded)
        #expect(ContinuousClock.now - began < .seconds(120))
        #expect(try await connection.hasEnded(within: .seconds(600)), "it stays so")
    }

    @Test func `a connection that lives outlasts the pause, and is asked nothing`() async throws {
        let connection = try await Server.connect()
        try await connection.run(timeout: patience) { try $0.execute("SELECT 'the last question'") }
        #expect(try await !connection.hasEnded(within: .milliseconds(20)))
        let observer = try await Server.connect()
        let last = try await observer.run(timeout: patience) { [backend = connection.backendPID] in
            try $0.query("SELECT query FROM pg_stat_activity WHERE pid = \(backend)").first?.decode(String.self)
        }
        #expect(last == "SELECT 'the last question'")
    }

    @Test func `whoever wants to ask something does not wait for the pause`() async throws {
        let connection = try await Server.connect()
        let waiting = Task { try await connection.hasEnded(within: .seconds(600)) }
        for number in 1...20 {
            let answer = try await connection.run(timeout: patience) {
                try $0.query("SELECT \(number)").first?.decode(Int.self)
            }
            #expect(answer == number)
        }
        waiting.cancel()
        _ = try? await waiting.value
        #expect(try await !connection.hasEnded(within: .zero), "nothing was lost by it")
    }

    @Test func `a question that comes right behind the wait does not wait for its pause either`() async throws {
        let connection = try await Server.connect()
        for _ in 1...20 {
            let gate = DispatchSemaphore(value: 0)
            async let blocked: Void = connection.run(timeout: patience) { _ in gate.wait() }
            async let hasEnded = connection.hasEnded(within: .seconds(600))
            async let one = connection.run(timeout: patience) { try $0.query("SELECT 1").first?.decode(Int.self) }
            // Meanwhile both are enqueued, nearly always.
            for _ in 1...500 { await Task.yield() }
            gate.signal()
            #expect(try await one == 1)
            try await connection.run(timeout: patience) { try $0.execute("SELECT 1") }
            _ = try await (blocked, hasEnded)
        }
    }

    @Test func `a cancelled wait ends at once and leaves the connection usable`() async throws {
        let connection = try await Server.connect()
        let waiting = Task { try await connection.hasEnded(within: .seconds(600)) }
        // Behind this the wait has begun, or will find its task cancelled.
        try await connection.run(timeout: patience) { try $0.execute("SELECT 1") }
        waiting.cancel()
        switch await waiting.result {
        case .success(let hasEnded): #expect(!hasEnded, "it gave way before")
        case .failure(let error): #expect(error is CancellationError)
        }
        let one = try await connection.run(timeout: patience) { try $0.query("SELECT 1").first?.decode(Int.self) }
        #expect(one == 1)
    }
}
