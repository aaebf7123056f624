import UsageDomain
import Warehouse

/// Finds out whether an answer with a suspiciously round number of rows was cut.
///
/// A range of days is asked again by halves: if the halves say the same and are above suspicion themselves, the answer
/// is whole. A single day cannot be halved; its totals are asked instead, which no cap can cut.
struct CapProof: Sendable {
    let work: WindowWork
    let adapter: any APIUsageAdapter
    /// Of questions about the answer.
    let recorder: ExecutionRecorder

    func examine(_ answer: SpooledAnswer, of window: Window) async throws -> Verdict {
        guard CapSuspicion.isSuspicious(rows: answer.rows) else { return Verdict(.complete) }
        guard let (early, late) = window.halves else {
            return try await compareTotals(of: answer, of: window)
        }
        var totals: [Day: DayTotals] = [:]
        var requests = 0
        var submissions: [SubmissionID] = []
        var areWhole = true
        for half in [early, late] {
            let spool = UsageSpool(directory: work.settings.spoolDirectory)
            let report = try await adapter.fetch(half, expectedRows: nil, into: spool, recorder: recorder)
            submissions += [report.submission] + report.parts
            requests += report.requests
            let part = spool.finish()
            totals.merge(part.totals) { first, _ in first }
            // Rows that all lie in one half would meet the same cap there and prove nothing.
            let verdict = try await examine(part, of: half)
            requests += verdict.requests
            submissions += verdict.submissions
            if case .complete = verdict.conclusion { continue }
            areWhole = false
        }
        guard !areWhole || totals != answer.totals else {
            return Verdict(.complete, requests: requests, submissions: submissions)
        }
        let reason =
            "an answer of exactly \(answer.rows) rows is not confirmed by its halves, which hold "
            + "\(totals.values.reduce(0) { $0 + $1.rows }) rows: a cap that the vendor does not document may have cut it"
        return Verdict(.cut([late, early], reason: reason), requests: requests, submissions: submissions)
    }

    private func compareTotals(of answer: SpooledAnswer, of day: Window) async throws -> Verdict {
        let totals: UsageTotals
        do {
            totals = try await adapter.fetchTotals(day, recorder: recorder)
        } catch let failure as any FetchFailure {
            return Verdict(
                .doubtful(
                    "an answer of exactly \(answer.rows) rows could not be compared with its totals: \(failure)"),
                requests: failure.requests)
        }
        guard let missing = totals.requestsMissing(in: answer, of: day.dataset) else {
            return Verdict(.complete, from: totals)
        }
        return Verdict(
            .doubtful(
                "an answer of exactly \(answer.rows) rows differs by \(missing) requests from the totals: it was probably "
                    + "cut by a cap the vendor does not document"),
            from: totals)
    }
}

extension UsageTotals {
    /// How many requests an answer lacks, which may be 0 where shares of several clients differ; nil when each share is
    /// as the answer has it. A client without requests need not be in both.
    func requestsMissing(in answer: SpooledAnswer, of dataset: Dataset) -> Int128? {
        let read = answer.requestsByClient
        let missing = shares.total - read.values.reduce(0, +)
        if dataset.isPerClient { return missing == 0 ? nil : missing }
        return requestsByID.filter { $0.value != 0 } == read.filter { $0.value != 0 } ? nil : missing
    }

    private var requestsByID: [String: Int128] {
        Dictionary(uniqueKeysWithValues: shares.map { ($0.id, Int128($0.counts.requests)) })
    }
}

extension [UsageTotals.Share] {
    fileprivate var total: Int128 {
        reduce(0) { $0 + Int128($1.counts.requests) }
    }
}
