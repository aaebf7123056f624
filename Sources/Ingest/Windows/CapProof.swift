import UsageDomain
import Warehouse

/// Finds out whether an answer with a suspiciously round number of rows was cut.
///
/// A range of days is asked again by halves: if the halves say the same and are above suspicion themselves, the answer
/// is whole. A single day cannot be halved; its totals by OAuth client are asked instead, which no cap can cut.
struct CapProof: Sendable {
    struct Verdict: Sendable {
        enum Conclusion: Sendable {
            case complete
            /// The answer cannot be proven whole, for the reason given.
            case doubtful(String)
            /// The answer was cut: these windows must be read instead of it.
            case cut([Window], reason: String)
        }

        let conclusion: Conclusion
        /// HTTP requests that the proof cost.
        let requests: Int
    }

    let work: WindowWork
    let recorder: ExecutionRecorder

    func examine(_ answer: SpooledAnswer, of window: Window) async throws -> Verdict {
        guard CapSuspicion.isSuspicious(rows: answer.rows) else { return Verdict(conclusion: .complete, requests: 0) }
        guard let (early, late) = window.halves else {
            return try await compareTotals(of: answer, of: window)
        }
        var totals: [Day: DayTotals] = [:]
        var requests = 0
        var areWhole = true
        for half in [early, late] {
            let spool = UsageSpool(directory: work.settings.spoolDirectory)
            let report = try await work.adapter.fetch(half, expectedRows: nil, into: spool, recorder: recorder)
            try await work.end(report.submission, .complete)
            requests += report.requests
            let part = spool.finish()
            totals.merge(part.totals) { first, _ in first }
            // Rows that all lie in one half would meet the same cap there and prove nothing.
            let verdict = try await examine(part, of: half)
            requests += verdict.requests
            if case .complete = verdict.conclusion { continue }
            areWhole = false
        }
        guard !areWhole || totals != answer.totals else { return Verdict(conclusion: .complete, requests: requests) }
        let reason =
            "an answer of exactly \(answer.rows) rows is not confirmed by its halves, which hold "
            + "\(totals.values.reduce(0) { $0 + $1.rows }) rows: a cap that the vendor does not document may have cut it"
        return Verdict(conclusion: .cut([late, early], reason: reason), requests: requests)
    }

    private func compareTotals(of answer: SpooledAnswer, of day: Window) async throws -> Verdict {
        let totals: UsageTotals
        do {
            totals = try await work.adapter.fetchTotals(day)
        } catch let failure as any FetchFailure {
            return Verdict(
                conclusion: .doubtful(
                    "an answer of exactly \(answer.rows) rows could not be compared with its totals: \(failure)"),
                requests: failure.requests)
        }
        let stated = Dictionary(uniqueKeysWithValues: totals.shares.map { ($0.id, Int128($0.counts.requests)) })
        let read = answer.requestsByClient
        guard stated != read else { return Verdict(conclusion: .complete, requests: totals.requests) }
        let differing = Set(stated.keys).union(read.keys).filter { stated[$0] != read[$0] }
        let missing = stated.values.reduce(0, +) - read.values.reduce(0, +)
        return Verdict(
            conclusion: .doubtful(
                "an answer of exactly \(answer.rows) rows differs by \(missing) requests, of \(differing.count) OAuth "
                    + "clients, from the totals by OAuth client: it was probably cut by a cap the vendor does not document"
            ),
            requests: totals.requests)
    }
}
