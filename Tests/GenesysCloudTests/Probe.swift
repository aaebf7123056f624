import Synchronization
import UsageDomain
import UsageSimulator

@testable import GenesysCloud

/// One question of any dataset under a script of faults, and all that can be seen of it.
struct Probe: Sendable {
    let rows: [UsageRow]
    let summary: ClientSummary?
    let restarts: Int
    let report: FetchReport?
    let failure: GenesysCloudError?
    let diary: Diary
    let world: World
    let entries: [Ledger.Entry]

    /// Asks once, in a world of its own.
    static func run(
        _ dataset: Dataset,
        world: World = .small,
        faults: [String] = [],
        raw: [Fault] = [],
        byUser: Bool = false,
        permissions: Set<String>? = nil,
        answerLimit: Int = 1 << 30,
        diary: Diary = Diary(),
        alter: @Sendable (inout Script) -> Void = { _ in }
    ) async throws -> Probe {
        var script = Script(faults: try faults.map { try Fault($0) } + raw)
        alter(&script)
        return try await Account.run(
            world: world, script: script, secret: permissions.map { _ in "limited-secret" },
            clientID: permissions.map { _ in "limited" }, permissions: permissions, answerLimit: answerLimit
        ) { account in
            try await account.probe(dataset, byUser: byUser, diary: diary)
        }
    }

    func count(of endpoint: Endpoint) -> Int {
        entries.count { $0.endpoint == endpoint }
    }
}

extension Account {
    /// Asks about ten days, in an account that may have been asked before.
    func probe(_ dataset: Dataset, byUser: Bool = false, diary: Diary = Diary()) async throws -> Probe {
        let adapter = GenesysCloudAdapter(source, byUser: byUser, summaryDays: 7)
        let before = simulator.ledger.entries.count
        let list = RowList()
        var summary: ClientSummary?
        var report: FetchReport?
        var failure: GenesysCloudError?
        do {
            let window = try dataset.window(in: simulator.world)
            if dataset == .clientSummary {
                let (taken, seen) = try await adapter.fetchSummary(window, recorder: diary.recorder)
                summary = taken
                report = seen
            } else {
                report = try await adapter.fetch(window, expectedRows: nil, into: list, recorder: diary.recorder)
            }
        } catch let error as GenesysCloudError {
            failure = error
        }
        return Probe(
            rows: list.rows, summary: summary, restarts: list.restarts, report: report, failure: failure, diary: diary,
            world: simulator.world, entries: Array(simulator.ledger.entries.dropFirst(before)))
    }
}

extension Dataset {
    /// Those that are one question a window.
    static let questions: [Dataset] = [
        .organizationQuery, .clientQuery, .clientSummary, .organizationJobs, .clientJobs,
    ]

    /// 2025-09-01…2025-09-10, or a day where the question is relative to now, of the world's second client.
    func window(in world: World) throws -> Window {
        let window = try Window.days("2025-09-01", self == .clientSummary ? "2025-09-01" : "2025-09-10")
        return Window(dataset: self, clientID: isPerClient ? world.clients[1].id : "", days: window.days)
    }

    var submit: Endpoint {
        switch self {
        case .clientQuery: .clientSubmit
        case .clientSummary: .clientSummary
        case .organizationJobs: .jobsSubmit
        case .clientJobs: .clientJobsSubmit
        default: .submit
        }
    }

    var results: Endpoint {
        switch self {
        case .clientQuery, .clientSummary: .clientResults
        case .organizationJobs: .jobsResults
        case .clientJobs: .clientJobsResults
        default: .results
        }
    }

    /// In the words of a fault.
    var complete: String {
        (results.complete ?? .completeResults).rawValue
    }

    /// What the world says the probed window holds.
    func truth(in world: World, byUser: Bool = false) throws -> [UsageRow] {
        let first = World.Day(2025, 9, 1)
        let last = World.Day(2025, 9, 10)
        let client = world.clients[1].id
        switch self {
        case .organizationQuery:
            let grouping: Set<World.Grouping> = [.oauthClient, .templateURI, .httpMethod]
            return world.rows(from: first, through: last, groupedBy: byUser ? grouping.union([.user]) : grouping)
                .map(UsageRow.init)
        case .clientQuery:
            return world.clientRows(of: client, from: first, through: last).map { UsageRow($0, of: client) }
        case .organizationJobs:
            let grouping: Set<World.Dimension> = [.oauthClient, .templateURI, .httpMethod, .platform]
            return world.jobRows(from: first, through: last, groupedBy: byUser ? grouping.union([.user]) : grouping)
                .map(UsageRow.init)
        case .clientJobs:
            return world.clientJobRows(of: client, from: first, through: last).map {
                UsageRow($0, of: client, name: "")
            }
        default: return []
        }
    }
}

extension World {
    static let small = World(seed: 7, size: Size(rowsADay: 20))

    /// Two clients and so many rows that ten days of either have several pages.
    static let paged = World(seed: 11, size: Size(clients: 2, rowsADay: 700, isSteady: true))
}

extension UsageRow {
    /// A row of one client, which is not named by it.
    init(_ row: World.Row, of clientID: String, name: String? = nil) {
        self.init(row)
        identity.clientID = clientID
        identity.callingOrganizationID = row.organizationID
        if let name { clientName = name }
    }
}
