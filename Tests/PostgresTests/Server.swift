import EphemeralPostgres
import Logging
import Postgres
import Synchronization
import Testing

/// The cluster of this test process, shared by all tests that do not harm it.
enum Server {
    private static let cluster = Task {
        try await EphemeralPostgres.start(EphemeralPostgres.Options(listensOnTCP: true))
    }

    static func shared() async throws -> EphemeralPostgres { try await cluster.value }

    static func configuration(
        of cluster: EphemeralPostgres? = nil, logger: Logger = silent, settings: [(String, String)] = [],
        prepare: (@Sendable (isolated PostgresConnection) throws -> Void)? = nil
    ) async throws -> PostgresConfiguration {
        let cluster = if let cluster { cluster } else { try await shared() }
        return PostgresConfiguration(
            conninfo: cluster.conninfo(), applicationName: "tests", connectTimeout: patience, grace: patience,
            settings: settings, prepare: prepare)
    }

    static func connect(to cluster: EphemeralPostgres? = nil) async throws -> PostgresConnection {
        try await PostgresConnection.connect(try await configuration(of: cluster), logger: silent)
    }

    static let silent = Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() }
}

/// Long enough for the busiest machine; only a hang reaches it.
let patience = Duration.seconds(60)

extension PostgresConnection {
    /// Asks again and again until the answer is true.
    nonisolated func wait(until condition: SQL) async throws {
        let deadline = ContinuousClock.now + patience
        while ContinuousClock.now < deadline {
            let isTrue = try await run(timeout: patience) { connection in
                try connection.query(condition).first?.decode(Bool.self) == true
            }
            if isTrue { return }
            await Task.yield()
        }
        Issue.record("it never came true: \(condition.text)")
    }
}

/// Runs the body and returns what it throws, which must be a `PostgresError`.
func postgresError<R>(
    sourceLocation: SourceLocation = #_sourceLocation, _ body: () async throws -> R
) async throws -> PostgresError {
    try await #require(throws: PostgresError.self, sourceLocation: sourceLocation) { _ = try await body() }
}

/// `#expect` for a throwing call on an isolated connection, which the macro cannot take.
func expect<T: Equatable>(_ found: T?, is wanted: T, sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(found == wanted, sourceLocation: sourceLocation)
}

/// A value that tasks and connections' threads share.
final class Shared<Value: Sendable>: Sendable {
    private let state: Mutex<Value>

    init(_ value: Value) { state = Mutex(value) }

    var value: Value { state.withLock { $0 } }

    func change<R: Sendable>(_ change: (inout Value) -> R) -> R {
        state.withLock { value in change(&value) }
    }
}
