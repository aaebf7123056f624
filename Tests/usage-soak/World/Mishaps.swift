import EphemeralPostgres
import FoundationEssentials
import Logging
import Postgres
import Randomness
import Synchronization
import UsageSimulator

/// Kills the daemon and PostgreSQL, each time after a number of requests that the seed draws, and a moment later: so any
/// step of any window may be hit.
final class Mishaps: Sendable {
    enum Kind: String, CaseIterable, Sendable {
        case daemonKilled = "daemon killed with -9"
        case postgresKilled = "PostgreSQL killed with -9"
        case postgresRestarted = "PostgreSQL restarted"
        case connectionsCut = "database connections cut"
    }

    /// One mishap, in the simulator's time.
    struct Mishap: Sendable {
        let kind: Kind
        let began: Date
        let ended: Date
    }

    let size: SoakSize
    let simulator: Simulator
    let clock: SimulatedClock
    let cluster: EphemeralPostgres
    let database: PostgresConfiguration
    let daemon: DaemonProcess
    private let isStopped = Atomic(false)
    private let happened = Mutex<[Mishap]>([])

    init(
        _ size: SoakSize, _ simulator: Simulator, _ clock: SimulatedClock, _ cluster: EphemeralPostgres,
        _ database: PostgresConfiguration, _ daemon: DaemonProcess
    ) {
        self.size = size
        self.simulator = simulator
        self.clock = clock
        self.cluster = cluster
        self.database = database
        self.daemon = daemon
    }

    var all: [Mishap] { happened.withLock { $0 } }

    /// Lets mishaps happen until ``stop()``; PostgreSQL is back then.
    ///
    /// - Throws: `EphemeralPostgresError`, `PostgresError`; `CancellationError`.
    func run() async throws {
        guard size.requestsBetweenMishaps > 0 else { return }
        var random = SeededRandom(size.seed, branch: 1)
        // Each in turn, shuffled anew each time, so that a short soak has some of every kind; the daemon twice as often.
        var kinds: [Kind] = []
        while !isStopped.load(ordering: .relaxed) {
            let target = simulator.ledger.count + Int.random(in: 1...2 * size.requestsBetweenMishaps, using: &random)
            while simulator.ledger.count < target {
                guard !isStopped.load(ordering: .relaxed) else { return }
                try await Task.sleep(for: .milliseconds(3))
            }
            try await Task.sleep(for: .microseconds(Int.random(in: 0...20_000, using: &random)))
            if kinds.isEmpty { kinds = (Kind.allCases + [.daemonKilled]).shuffled(using: &random) }
            let kind = kinds.removeLast()
            let began = clock.date
            if try await happen(kind) {
                happened.withLock { $0.append(Mishap(kind: kind, began: began, ended: clock.date)) }
            }
        }
    }

    /// Lets no other mishap begin.
    func stop() {
        isStopped.store(true, ordering: .relaxed)
    }

    private func happen(_ kind: Kind) async throws -> Bool {
        switch kind {
        case .daemonKilled:
            return daemon.kill9()
        case .postgresKilled:
            try await cluster.kill9()
            try await cluster.startAgain()
        case .postgresRestarted:
            try await cluster.restart(.fast)
        case .connectionsCut:
            let logger = Logger(label: "usage-soak", factory: { _ in SwiftLogNoOpLogHandler() })
            let connection = try await PostgresConnection.connect(database, logger: logger)
            _ = try await connection.run(timeout: .seconds(30)) { connection in
                try connection.query(
                    """
                    SELECT pg_terminate_backend(pid)
                    FROM pg_stat_activity
                    WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'
                    """)
            }
            await connection.close()
        }
        return true
    }
}
