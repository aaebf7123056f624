import FoundationEssentials
import Postgres
import UsageDomain

/// One transaction that replaces one window, step by step in the order of `run`.
struct WindowReplacement {
    let answer: SpooledAnswer
    let context: WindowContext
    /// See ``Staging/arrayLimit``.
    let arrayLimit: Int64
    private var outcome = StoreOutcome()

    init(answer: SpooledAnswer, context: WindowContext, arrayLimit: Int64 = Staging.arrayLimit) {
        self.answer = answer
        self.context = context
        self.arrayLimit = arrayLimit
    }

    mutating func run(on connection: isolated PostgresConnection) throws -> StoreOutcome {
        try refuseSumsBeyondRange()
        let ledger = WindowLedger(context: context)
        try ledger.lockMonth(on: connection)
        let stored = try CoveredDays(of: context, on: connection)
        if stored.areNewer(than: context.submission) {
            outcome.isSuperseded = true
            try ledger.endExecutions(on: connection)
            return outcome
        }
        let keys = try DimensionKeys(of: answer, context: context, on: connection)
        let staging = try Staging(answer, keys: keys, arrayLimit: arrayLimit, on: connection)
        try staging.refuseDuplicates(in: answer, on: connection)
        // The diff always meets two sets of similar size. On an empty or freshly analysed table the planner once chose
        // a nested loop for it, a hundred times slower than the join by hash or merge it has left.
        try connection.execute("SET LOCAL enable_nestloop = off")
        try ledger.lockSums(on: connection)
        let diff = WindowDiff(context: context, staging: staging, stored: stored)
        if try stored.days.isEmpty && diff.isTargetEmpty(on: connection) {
            outcome.inserted = try diff.insertAll(on: connection)
        } else {
            let vanished = try diff.deleteVanished(on: connection)
            let changed = try diff.updateChanged(on: connection)
            let appeared = try diff.insertAppeared(on: connection)
            if vanished.rows > 0 { try RollupChange(context: context).deleteEmpty(on: connection) }
            (outcome.deleted, outcome.updated, outcome.inserted) = (vanished.rows, changed.rows, appeared.rows)
            outcome.restatedDays = stored.changed(vanished.days + changed.days + appeared.days)
        }
        outcome.unchanged = answer.rows - outcome.inserted - outcome.updated
        try ledger.markStored(
            rowCounts: context.window.days.map { Int64(answer.totals[$0]?.rows ?? 0) },
            fetchedAt: stored.submittedAt,
            on: connection)
        try ledger.endExecutions(on: connection)
        return outcome
    }

    /// The sums of a day are kept as 64-bit numbers. An answer beyond them cannot be true.
    private func refuseSumsBeyondRange() throws {
        for (day, totals) in answer.totals.sorted(by: { $0.key < $1.key }) {
            guard let excess = totals.sums.named.first(where: { $0.sum > Int64.max }) else { continue }
            throw WarehouseError.sumBeyondRange(day, counter: excess.name)
        }
    }
}
