import Synchronization
import UsageDomain
import UsageSimulator

@testable import GenesysCloud

/// What a recorder is told of many queries: it knows what is open, as the warehouse does.
final class SearchBook: Sendable {
    struct Entry: Sendable {
        let query: Query
        let submission: SubmissionID
        var execution: ExecutionID?
        var ends: [ExecutionEnd] = []
    }

    private let written: Mutex<[Entry]>

    init(_ entries: [Entry] = []) {
        written = Mutex(entries)
    }

    var entries: [Entry] { written.withLock { $0 } }

    func entry(_ submission: SubmissionID) -> Entry? {
        entries.first { $0.submission == submission }
    }

    var recorder: ExecutionRecorder {
        ExecutionRecorder(
            open: { query in
                // As in the warehouse, what is complete stays open until its rows are stored.
                self.entries.last { $0.query == query && $0.ends.allSatisfy { $0 == .complete } }.flatMap { entry in
                    entry.execution.map { OpenExecution(submission: entry.submission, execution: $0) }
                }
            },
            intend: { query in
                self.written.withLock { entries in
                    let submission = SubmissionID(rawValue: Int64(entries.count + 1))
                    entries.append(Entry(query: query, submission: submission))
                    return submission
                }
            },
            accepted: { submission, execution in self.change(submission) { $0.execution = execution } },
            ended: { submission, end in self.change(submission) { $0.ends.append(end) } }
        )
    }

    private func change(_ submission: SubmissionID, _ change: (inout Entry) -> Void) {
        written.withLock { entries in
            for index in entries.indices where entries[index].submission == submission { change(&entries[index]) }
        }
    }
}

/// A row by all that the database would tell apart, byte by byte.
struct FoundRow: Hashable {
    let texts: [ExactText]
    let day: Day
    let counts: UsageCounts

    init(_ row: UsageRow) {
        let identity = row.identity
        texts = [
            identity.clientID, identity.statedClientName, identity.callingOrganizationID, identity.userID,
            identity.templateURI, identity.httpMethod, identity.platform, row.clientName,
        ].map { ExactText(text: $0) }
        day = identity.day
        counts = row.counts
    }
}

/// The searches of one day, and all that can be seen of them.
struct SimpleSearchTrial: Sendable {
    static let day = World.Day(2025, 9, 5)

    let rows: [UsageRow]
    let report: FetchReport?
    let failure: GenesysCloudError?
    let book: SearchBook
    let ledger: Ledger
    /// What there is to find: rows that cannot be told apart are one.
    let truth: Set<FoundRow>
    let sharedNames: Set<String>

    var searches: Int { ledger.count(of: .searchSubmit) }
    var pages: Int { ledger.count(of: .searchResults) }
    var organizationQueries: Int { ledger.count(of: .submit) }
    var found: Set<FoundRow> { Set(rows.map(FoundRow.init)) }
    /// Whether each row of the day was found, once, as it is.
    var isTrue: Bool { rows.count == truth.count && found == truth }

    static func window() -> Window {
        let day = Day(daysSinceEpoch: Self.day.number)
        return Window(dataset: .simplesearch, days: day..<day.advanced(by: 1))
    }

    /// A world whose days have exactly so many rows.
    static func world(seed: UInt64 = 7, rows: Int, sharingAName: Int = 0, isOrdinary: Bool = false) -> World {
        var size = World.Size(rowsADay: rows, isSteady: true)
        size.clientsSharingAName = sharingAName
        size.isOrdinary = isOrdinary
        return World(seed: seed, size: size)
    }

    /// Limits that are those of the vendor made small, and a script that says the same.
    static func small(cap: Int) -> (SearchLimits, @Sendable (inout Script) -> Void) {
        var limits = SearchLimits()
        limits.cap = cap
        limits.target = cap * 9 / 10
        return (limits, { $0.rowLimit = cap })
    }

    static func run(
        world: World = world(rows: 60),
        _ faults: [Fault] = [],
        expectedRows: Int64? = nil,
        limits: SearchLimits = SearchLimits(),
        permissions: Set<String>? = nil,
        book: SearchBook = SearchBook(),
        alter: @Sendable (inout Script) -> Void = { _ in }
    ) async throws -> SimpleSearchTrial {
        var script = Script(faults: faults)
        alter(&script)
        let isIDFilled = script.searchClientIDs == .filled
        return try await Account.run(
            world: world, script: script, secret: permissions.map { _ in "limited-secret" },
            clientID: permissions.map { _ in "limited" }, permissions: permissions
        ) { account in
            try await run(account, isIDFilled: isIDFilled, expectedRows: expectedRows, limits: limits, book: book)
        }
    }

    static func run(
        _ account: Account,
        isIDFilled: Bool = false,
        expectedRows: Int64? = nil,
        limits: SearchLimits = SearchLimits(),
        book: SearchBook = SearchBook()
    ) async throws -> SimpleSearchTrial {
        let list = RowList()
        let report = Mutex<FetchReport?>(nil)
        let failure = try await account.failure { source in
            let fetched = try await source.fetchSimpleSearch(
                window(), expectedRows: expectedRows, limits: limits, into: list, recorder: book.recorder)
            report.withLock { $0 = fetched }
        }
        let (truth, sharedNames) = truth(of: account.simulator.world, isIDFilled: isIDFilled)
        return SimpleSearchTrial(
            rows: list.rows, report: report.withLock { $0 }, failure: failure, book: book,
            ledger: account.simulator.ledger, truth: truth, sharedNames: sharedNames)
    }

    private static func truth(of world: World, isIDFilled: Bool) -> (Set<FoundRow>, Set<String>) {
        var sums: [[ExactText]: UsageRow] = [:]
        var sharedNames: Set<String> = []
        for row in world.searchRows(from: day, through: day, hasClientIDs: isIDFilled) {
            let key = [row.clientID, row.clientName, row.templateURI, row.httpMethod].map { ExactText(text: $0) }
            let counts = UsageCounts(row.counts)
            if var sum = sums[key] {
                sum.counts.requests += counts.requests
                sum.counts.statusCounts.status200 += counts.statusCounts.status200
                sum.counts.statusCounts.status300 += counts.statusCounts.status300
                sum.counts.statusCounts.status400 += counts.statusCounts.status400
                sum.counts.statusCounts.status429 += counts.statusCounts.status429
                sum.counts.statusCounts.status500 += counts.statusCounts.status500
                sums[key] = sum
                sharedNames.insert(row.clientName)
            } else {
                sums[key] = UsageRow(
                    identity: RowIdentity(
                        day: Day(daysSinceEpoch: day.number), clientID: row.clientID,
                        statedClientName: row.clientID.isEmpty ? row.clientName : "", templateURI: row.templateURI,
                        httpMethod: row.httpMethod),
                    clientName: row.clientName, counts: counts)
            }
        }
        return (Set(sums.values.map(FoundRow.init)), sharedNames)
    }
}
