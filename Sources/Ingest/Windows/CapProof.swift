import UsageDomain
import Warehouse

/// Finds out whether an answer with a suspiciously round number of rows was cut.
///
/// A range of days is asked again by halves: if the halves say the same, the answer is whole. A single day cannot be
/// halved; its totals by OAuth client are asked instead, which no cap can cut.
struct CapProof {
    enum Verdict {
        case complete(requests: Int)
        /// The answer cannot be proven whole, for the reason given.
        case doubtful(String, requests: Int)
        /// The answer was cut: these windows must be read instead of it.
        case cut([Window], reason: String, requests: Int)
    }

    let work: WindowWork
    let recorder: ExecutionRecorder

    func examine(_ answer: SpooledAnswer, of window: Window) async throws -> Verdict {
        guard let (early, late) = window.halves else {
            return try await compareTotals(of: answer, of: window)
        }
        var totals: [Day: DayTotals] = [:]
        var requests = 0
        for half in [early, late] {
            let spool = UsageSpool(directory: work.settings.spoolDirectory)
            let report = try await work.source.adapter.fetch(half, into: spool, recorder: recorder)
            try await work.end(report.submission, .complete)
            requests += report.requests
            totals.merge(spool.finish().totals) { first, _ in first }
        }
        guard totals != answer.totals else { return .complete(requests: requests) }
        let reason =
            "an answer of exactly \(answer.rows) rows differs from its halves, which hold "
            + "\(totals.values.reduce(0) { $0 + $1.rows }) rows: it was cut by a cap the vendor does not document"
        return .cut([late, early], reason: reason, requests: requests)
    }

    private func compareTotals(of answer: SpooledAnswer, of day: Window) async throws -> Verdict {
        let totals = try await work.source.adapter.fetchTotals(day)
        let stated = totals.byClientID.mapValues { Int128($0.requests) }
        let read = answer.requestsByClient
        guard stated != read else { return .complete(requests: totals.requests) }
        let missing = stated.values.reduce(0, +) - read.values.reduce(0, +)
        return .doubtful(
            "an answer of exactly \(answer.rows) rows differs by \(missing) requests from the totals by OAuth client: "
                + "it was probably cut by a cap the vendor does not document",
            requests: totals.requests)
    }
}
