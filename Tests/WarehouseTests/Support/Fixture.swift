import FoundationEssentials
import Logging
import Postgres
import TestSupport
import UsageDomain

@testable import Warehouse

/// A warehouse with one source, `acme`, that has authenticated, and the steps of a pass around it.
///
/// All of it works with the rights of `usage_writer`, as the daemon does.
struct Fixture: Sendable {
    static let organization = Organization(id: "o-1", name: "Acme")
    /// Days before it are owed in no test that does not say so.
    static let startDate = day("2024-01-01")

    let warehouse: Warehouse
    let organization: OrganizationKey
    let run: RunID
    /// As superuser.
    let administration: PostgresPool
    let conninfo: String

    init(conninfo: String? = nil, connections: Int = 4, logger: Logger = .silent) async throws {
        self.conninfo = try conninfo ?? TestDatabase.current.conninfo
        administration = PostgresPool(
            PostgresConfiguration(
                conninfo: self.conninfo, applicationName: "test", connectTimeout: .seconds(120),
                settings: [("TimeZone", "UTC")]),
            size: 2, logger: .silent)
        warehouse = Self.warehouse(self.conninfo, connections: connections, logger: logger)
        try await warehouse.configure([Self.registration()])
        organization = try await warehouse.identify(
            Self.registration(), as: Self.organization, now: date("2025-06-01T00:00:00Z"))
        run = try await warehouse.beginRun(.once, version: "test", now: date("2025-06-01T00:00:00Z"))
    }

    /// Another warehouse object on the same database: other connections.
    static func warehouse(_ conninfo: String, connections: Int = 4, logger: Logger = .silent) -> Warehouse {
        Warehouse(
            conninfo: "\(conninfo) options='-c role=usage_writer'", connections: connections,
            connectTimeout: .seconds(120), logger: logger)
    }

    static func registration(
        _ name: String = "acme",
        startDate: Day = Fixture.startDate,
        settleAfter: Duration = .seconds(48 * 3600)
    ) -> SourceRegistration {
        SourceRegistration(
            name: name, kind: "genesys",
            datasets: [
                .init(dataset: .organizationQuery, startDate: startDate, settleAfter: settleAfter, byUser: false)
            ],
            primary: .organizationQuery)
    }

    func close() async {
        await warehouse.close()
        await administration.close()
    }

    // MARK: - Steps of a pass

    /// Writes the intent to ask for a window down, as an adapter does.
    func submit(_ window: Window, at now: Date = date("2025-06-01T00:00:00Z")) async throws -> SubmissionID {
        let recorder = warehouse.recorder(organization: organization, run: run, byUser: false, now: { now })
        let submission = try await recorder.intend(Query(window))
        try await recorder.accepted(submission, ExecutionID(rawValue: "e-\(submission.rawValue)"))
        return submission
    }

    func context(
        _ window: Window,
        _ submission: SubmissionID,
        at now: Date = date("2025-06-01T00:00:00Z"),
        settleAfter: Duration = .seconds(48 * 3600),
        doubt: String? = nil
    ) -> WindowContext {
        WindowContext(
            window: window, organization: organization, run: run, submission: submission,
            settling: Settling(settleAfter: settleAfter), now: now, doubt: doubt)
    }

    /// Submits and stores the rows as the window's whole answer.
    @discardableResult
    func store(
        _ rows: [UsageRow],
        _ window: Window,
        at now: Date = date("2025-06-01T00:00:00Z"),
        doubt: String? = nil
    ) async throws -> StoreOutcome {
        let submission = try await submit(window, at: now)
        return try await warehouse.store(spool(rows), replacing: context(window, submission, at: now, doubt: doubt))
    }

    /// The same through the temporary table, however few the rows are.
    @discardableResult
    func storeByCopy(_ rows: [UsageRow], _ window: Window, at now: Date) async throws -> StoreOutcome {
        let submission = try await submit(window, at: now)
        let context = context(window, submission, at: now)
        try await query("SELECT ingest.ensure_partition(\(window.firstDay.sqlDate))")
        let answer = try spool(rows)
        return try await warehouse.pool.withTransaction { connection in
            var replacement = WindowReplacement(answer: answer, context: context, arrayLimit: -1)
            return try replacement.run(on: connection)
        }
    }

    // MARK: - Questions, as superuser

    @discardableResult
    func query(_ sql: SQL) async throws -> PostgresRows {
        try await administration.withConnection(timeout: .seconds(60)) { try $0.query(sql) }
    }

    func value<T: PostgresDecodable>(_ sql: SQL, as type: T.Type = T.self) async throws -> T {
        guard let row = try await query(sql).first else { throw NoRow() }
        return try row.decode(T.self)
    }

    struct NoRow: Error {}
}

/// An answer of these rows.
func spool(_ rows: [UsageRow], memoryLimit: Int = 4 << 20) throws -> SpooledAnswer {
    let spool = UsageSpool(directory: "/tmp", memoryLimit: memoryLimit)
    for row in rows { try spool.append(row) }
    return spool.finish()
}

// MARK: - Short spellings

func day(_ text: String) -> Day {
    Day(text) ?? Day(daysSinceEpoch: 0)
}

func date(_ text: String) -> Date {
    (try? Date(text, strategy: .iso8601)) ?? .distantPast
}

/// Both days included, as in a configuration.
func window(_ first: String, _ last: String) -> Window {
    Window(dataset: .organizationQuery, days: day(first)..<day(last).advanced(by: 1))
}

func row(
    _ day: Day,
    _ client: String = "c-1",
    name: String = "",
    user: String = "",
    caller: String = "",
    _ uri: String = "api/v2/users",
    method: String = "GET",
    platform: String = "",
    requests: Int64 = 1
) -> UsageRow {
    UsageRow(
        identity: RowIdentity(
            day: day, clientID: client, callingOrganizationID: caller, userID: user, templateURI: uri,
            httpMethod: method, platform: platform),
        clientName: name,
        counts: UsageCounts(
            requests: requests,
            statusCounts: StatusCounts(
                status200: requests, status300: 0, status400: 0, status429: 0, status500: 0)))
}

/// One row a client and day.
func rows(_ window: Window, clients: Int, requests: Int64 = 1) -> [UsageRow] {
    window.days.flatMap { day in (0..<clients).map { row(day, "c-\($0)", name: "Client \($0)", requests: requests) } }
}

/// A generator of pseudo-random numbers that a seed repeats: SplitMix64.
struct Seeded: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: Int) {
        state = UInt64(bitPattern: Int64(seed)) &+ 0x9e37_79b9_7f4a_7c15
    }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}

extension Warehouse {
    /// Writes down what is configured, and drops at once whatever no living process is configured for.
    func configure(_ sources: [SourceRegistration]) async throws {
        try await drop(register(sources))
    }
}
