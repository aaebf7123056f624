import Transport
import UsageDomain

/// Keeps the rows of a client summary, of which no two may be the same but for their counters.
final class SummaryRows: AnswerRows {
    /// More rows than any summary is believed to have.
    static let limit = 200_000

    private(set) var rows: [ClientSummary.Row] = []
    private var identities: Set<ClientSummary.Row> = []

    func restart() {
        rows = []
        identities = []
    }

    func restartPage() {
        restart()
    }

    func append(_ row: ClientSummary.Row) throws {
        guard rows.count < Self.limit else {
            throw AnswerProblem(text: "it has more than \(Self.limit) rows")
        }
        guard identities.insert(row.identity).inserted else {
            let endpoint = "\(row.httpMethod) \(row.templateURI)".quotable(limit: 200)
            throw AnswerProblem(
                text: "row \(rows.count) has the identity of an earlier one: "
                    + "\(row.day.map(\.description) ?? "no day"), \(endpoint)")
        }
        rows.append(row)
    }

    func endPage(next: String?) -> String? {
        nil
    }
}

extension ClientSummary.Row {
    /// The row with counters of zero, which is the same for rows that agree in all else.
    fileprivate var identity: ClientSummary.Row {
        var identity = self
        identity.counts = UsageCounts(
            requests: 0,
            statusCounts: StatusCounts(status200: 0, status300: 0, status400: 0, status429: 0, status500: 0))
        return identity
    }
}
