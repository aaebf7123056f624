import UsageDomain

/// Passes the rows of an answer in pages on, a page at a time: none of a page that was not read to its end, or that
/// does not fit those before it.
final class PagedRows<Sink: UsageRowSink>: AnswerRows {
    private let sink: Sink
    private let pageSize: Int
    private let pageLimit: Int
    private var chain: PageChain
    private var page: [UsageRow] = []
    private var digest = PageDigest.Builder()
    private var holdsRows = false

    /// - Parameters:
    ///   - sink: takes the rows. It is told to restart when the answer begins again.
    ///   - pageSize: rows of a full page, as asked for.
    ///   - pageLimit: how many pages are too many.
    init(into sink: Sink, pageSize: Int = QueryFamily.pageSize, pageLimit: Int) {
        self.sink = sink
        self.pageSize = pageSize
        self.pageLimit = pageLimit
        chain = PageChain(pageSize: pageSize, pageLimit: pageLimit)
    }

    func restart() throws {
        restartPage()
        chain = PageChain(pageSize: pageSize, pageLimit: pageLimit)
        guard holdsRows else { return }
        try sink.restart()
        holdsRows = false
    }

    func restartPage() {
        page.removeAll(keepingCapacity: true)
        digest = PageDigest.Builder()
    }

    func append(_ row: UsageRow) {
        digest.add(row)
        // A page with more rows is refused at its end; until then they need not be held.
        if page.count < pageSize { page.append(row) }
    }

    func endPage(next: String?) throws -> String? {
        let following = try chain.accept(PageChain.Page(digest, next: next))
        for row in page {
            holdsRows = true
            try sink.append(row)
        }
        restartPage()
        return following
    }
}
