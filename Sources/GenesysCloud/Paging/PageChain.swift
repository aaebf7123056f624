/// Judges whether the pages of one answer make a whole, page by page.
///
/// A chain is whole when every page but the last has exactly as many rows as were asked for, no page has more, no page
/// and no cursor comes twice, and a page without a cursor ends it. What a chain cannot show is a page that the vendor
/// left out with its cursor; only totals from another query do.
///
/// Pages without any row may end a chain, as they must when its rows fill whole pages and each of these had a cursor.
struct PageChain {
    /// One page as it was read.
    struct Page {
        let rows: Int
        let digest: PageDigest
        /// Leads to the next page: a cursor or a link. The last page has none, which is spelled nil or `""`.
        let next: String?

        init(rows: Int, digest: PageDigest, next: String?) {
            self.rows = rows
            self.digest = digest
            self.next = next
        }

        /// A page of the rows that the builder took.
        init(_ rows: PageDigest.Builder, next: String?) {
            self.init(rows: rows.rows, digest: rows.digest, next: next)
        }
    }

    /// Longest cursor or link, in bytes of UTF-8.
    static let cursorLimit = 8_192

    /// Rows of a full page, as asked for.
    let pageSize: Int
    /// Most pages that are read.
    let pageLimit: Int
    /// Pages accepted so far.
    private(set) var pages = 0
    /// Rows on the pages accepted so far.
    private(set) var rows = 0
    private var digests: Set<PageDigest> = []
    private var cursors: Set<PageDigest> = []
    private var isClosed = false

    /// - Parameters:
    ///   - pageSize: how many rows a page were asked for, at least 1.
    ///   - pageLimit: how many pages are too many, at least 1.
    init(pageSize: Int, pageLimit: Int) {
        precondition(pageSize > 0 && pageLimit > 0)
        self.pageSize = pageSize
        self.pageLimit = pageLimit
    }

    /// Takes the next page.
    ///
    /// - Precondition: the page before named a cursor, if there was one.
    /// - Returns: the cursor that leads on; nil when this page closed the chain.
    /// - Throws: `PageChainError`; nothing of the answer is worth keeping then.
    mutating func accept(_ page: Page) throws(PageChainError) -> String? {
        precondition(!isClosed)
        pages += 1
        let cursor = page.next.flatMap { $0.isEmpty ? nil : $0 }
        func refuse(_ problem: PageChainError.Problem) -> PageChainError {
            PageChainError(page: pages, problem: problem)
        }
        guard page.rows <= pageSize else { throw refuse(.long(rows: page.rows, asked: pageSize)) }
        // Before the length: an endless chain that serves one short page again and again is better named so.
        if page.rows > 0, !digests.insert(page.digest).inserted { throw refuse(.repeatedPage) }
        rows += page.rows
        guard let cursor else {
            isClosed = true
            return nil
        }
        guard cursor.utf8.count <= Self.cursorLimit, !cursor.utf8.contains(0) else { throw refuse(.unusableCursor) }
        guard cursors.insert(PageDigest(of: cursor)).inserted else { throw refuse(.repeatedCursor) }
        guard page.rows > 0 else { throw refuse(.emptyWithCursor) }
        guard page.rows == pageSize else { throw refuse(.short(rows: page.rows, asked: pageSize)) }
        guard pages < pageLimit else { throw refuse(.endless) }
        return cursor
    }
}

/// Why a chain of pages is no whole answer.
package struct PageChainError: Error, Equatable, Sendable {
    /// What is wrong.
    package enum Problem: Equatable, Sendable {
        /// The page names a cursor that an earlier one named.
        case repeatedCursor
        /// The page has the rows of an earlier one, in their order.
        case repeatedPage
        /// The page has fewer rows than were asked for, yet names a cursor.
        case short(rows: Int, asked: Int)
        /// The page has more rows than were asked for.
        case long(rows: Int, asked: Int)
        /// The page has no row, yet names a cursor.
        case emptyWithCursor
        /// The page names a cursor that no request can carry.
        case unusableCursor
        /// There are more pages than any real answer has.
        case endless
    }

    /// Number of the page, from 1.
    package let page: Int
    package let problem: Problem
}

extension PageChainError: CustomStringConvertible {
    /// `page 3 has 999 rows instead of 1000, yet names a further page`.
    package var description: String {
        switch problem {
        case .repeatedCursor: "page \(page) names a further page that was read before"
        case .repeatedPage: "page \(page) has the same rows as an earlier one"
        case .short(let rows, let asked): "page \(page) has \(rows) rows instead of \(asked), yet names a further page"
        case .long(let rows, let asked): "page \(page) has \(rows) rows, more than the \(asked) that were asked for"
        case .emptyWithCursor: "page \(page) has no row, yet names a further page"
        case .unusableCursor: "page \(page) names a further page in a form that no request can carry"
        case .endless: "page \(page) still names a further page: the chain of pages does not end"
        }
    }
}
