import Transport
import UsageDomain

/// The rows of one search, held until its chain of pages is closed: there are 20,000 at most.
final class SearchRows: AnswerRows {
    private let limits: SearchLimits
    private var chain: PageChain
    private var page: [UsageRow] = []
    private var digest = PageDigest.Builder()

    /// No two of them agree in all but their counters.
    private(set) var rows: [UsageRow] = []
    /// Names of which rows had to be summed.
    private(set) var sharedNames: Set<String> = []
    /// Whether the answer reached the cap, so that it is taken for cut.
    private(set) var isCut = false

    init(limits: SearchLimits) {
        self.limits = limits
        chain = Self.chain(limits)
    }

    func restart() {
        restartPage()
        chain = Self.chain(limits)
        rows = []
        sharedNames = []
        isCut = false
    }

    func restartPage() {
        page.removeAll(keepingCapacity: true)
        digest = PageDigest.Builder()
    }

    func append(_ row: UsageRow) {
        digest.add(row)
        // A page with more rows is refused at its end; until then they need not be held.
        if page.count < QueryFamily.pageSize { page.append(row) }
    }

    func endPage(next: String?) throws -> String? {
        let following = try chain.accept(PageChain.Page(digest, next: next))
        rows += page
        restartPage()
        // Whatever its cursor says: what follows the cap is not documented.
        isCut = rows.count >= limits.cap
        if !isCut, let following { return following }
        try sumAlikes()
        return nil
    }

    /// The chain is never endless: reading stops at the cap.
    private static func chain(_ limits: SearchLimits) -> PageChain {
        PageChain(pageSize: QueryFamily.pageSize, pageLimit: limits.cap / QueryFamily.pageSize + 2)
    }

    // MARK: Clients that share a name

    /// What makes two rows of one day the same, byte by byte.
    private struct Identity: Hashable {
        let clientID: ExactText
        let clientName: ExactText
        let templateURI: ExactText
        let httpMethod: ExactText

        init(_ identity: RowIdentity) {
            clientID = ExactText(text: identity.clientID)
            clientName = ExactText(text: identity.statedClientName)
            templateURI = ExactText(text: identity.templateURI)
            httpMethod = ExactText(text: identity.httpMethod)
        }
    }

    /// Makes one row of those that cannot be told apart, because their clients have the same name.
    private func sumAlikes() throws {
        var places: [Identity: Int] = [:]
        var distinct: [UsageRow] = []
        distinct.reserveCapacity(rows.count)
        for row in rows {
            guard let place = places.updateValue(distinct.count, forKey: Identity(row.identity)) else {
                distinct.append(row)
                continue
            }
            places[Identity(row.identity)] = place
            guard row.identity.clientID.isEmpty else {
                throw AnswerProblem(text: "two rows are of \(row.identity.description.quotable(limit: 300))")
            }
            guard let sum = distinct[place].counts.adding(row.counts) else {
                let name = row.clientName.quotable(limit: 60)
                throw AnswerProblem(
                    text: "counters of rows of the client name \"\(name)\" do not fit 64 bits when summed")
            }
            distinct[place].counts = sum
            sharedNames.insert(row.clientName)
        }
        rows = distinct
    }
}

extension UsageCounts {
    /// Counter by counter; nil when a sum does not fit.
    fileprivate func adding(_ other: UsageCounts) -> UsageCounts? {
        func sum(_ counter: KeyPath<UsageCounts, Int64>) -> Int64? {
            let (sum, overflow) = self[keyPath: counter].addingReportingOverflow(other[keyPath: counter])
            return overflow ? nil : sum
        }
        guard let requests = sum(\.requests), let status200 = sum(\.statusCounts.status200),
            let status300 = sum(\.statusCounts.status300), let status400 = sum(\.statusCounts.status400),
            let status429 = sum(\.statusCounts.status429), let status500 = sum(\.statusCounts.status500)
        else { return nil }
        return UsageCounts(
            requests: requests,
            statusCounts: StatusCounts(
                status200: status200, status300: status300, status400: status400, status429: status429,
                status500: status500))
    }
}
