import Randomness
import TestSupport
import Testing
import UsageDomain

@testable import GenesysCloud

@Suite(.inTurn)
struct PageChainTests {
    /// A page with rows of its own: `first` is the number of its first row.
    private static func page(rows: Int, from first: Int, next: String?) -> PageChain.Page {
        var digest = PageDigest.Builder()
        for number in first..<first + rows { digest.add(row(number)) }
        return PageChain.Page(digest, next: next)
    }

    private static func row(_ number: Int) -> UsageRow {
        UsageRow(
            identity: RowIdentity(
                day: Day(daysSinceEpoch: 20_000), statedClientName: "client \(number)", templateURI: "api/v2/users",
                httpMethod: "GET"),
            clientName: "client \(number)",
            counts: UsageCounts(
                requests: 1,
                statusCounts: StatusCounts(status200: 1, status300: 0, status400: 0, status429: 0, status500: 0)))
    }

    /// The problem with a chain; nil when it is whole, and closed by its last page alone.
    private static func problem(
        _ pages: [PageChain.Page], pageSize: Int, pageLimit: Int = 100
    ) -> PageChainError.Problem? {
        var chain = PageChain(pageSize: pageSize, pageLimit: pageLimit)
        do throws(PageChainError) {
            for (index, page) in pages.enumerated() {
                let next = try chain.accept(page)
                #expect((next == nil) == (index == pages.count - 1))
            }
            #expect(chain.rows == pages.reduce(0) { $0 + $1.rows })
            #expect(chain.pages == pages.count)
            return nil
        } catch {
            return error.problem
        }
    }

    /// Full pages, then one with any number of rows.
    private static func wholeChain(_ random: inout SeededRandom, pageSize: Int) -> [PageChain.Page] {
        let full = Int.random(in: 0...6, using: &random)
        var pages = (0..<full).map { page(rows: pageSize, from: $0 * pageSize, next: "c+/=\($0)") }
        let end: String? = Bool.random(using: &random) ? nil : ""
        pages.append(page(rows: Int.random(in: 0...pageSize, using: &random), from: full * pageSize, next: end))
        return pages
    }

    @Test(arguments: 0..<200 as Range<UInt64>)
    func `distinct full pages and one last page are a whole, and no mutation of them is`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let pageSize = Int.random(in: 2...5, using: &random)
        let pages = Self.wholeChain(&random, pageSize: pageSize)
        #expect(Self.problem(pages, pageSize: pageSize) == nil)

        let last = pages.count - 1
        let place = Int.random(in: 0...last, using: &random)
        var tooLong = pages
        tooLong[place] = Self.page(rows: pageSize + 1, from: 90_000, next: pages[place].next)
        #expect(
            Self.problem(tooLong, pageSize: pageSize) == .long(rows: pageSize + 1, asked: pageSize))
        #expect(Self.problem(pages, pageSize: pageSize, pageLimit: max(last, 1)) == (last == 0 ? nil : .endless))
        var unusable = pages
        unusable[place] = Self.page(rows: pageSize, from: 90_000, next: "a\0")
        #expect(Self.problem(unusable, pageSize: pageSize) == .unusableCursor)

        guard last > 0 else { return }
        let middle = Int.random(in: 0..<last, using: &random)
        var short = pages
        let rows = Int.random(in: 1..<pageSize, using: &random)
        short[middle] = Self.page(rows: rows, from: middle * pageSize, next: pages[middle].next)
        #expect(Self.problem(short, pageSize: pageSize) == .short(rows: rows, asked: pageSize))
        var emptied = pages
        emptied[middle] = Self.page(rows: 0, from: 0, next: pages[middle].next)
        #expect(Self.problem(emptied, pageSize: pageSize) == .emptyWithCursor)
        var repeated = pages
        repeated.insert(Self.page(rows: pageSize, from: middle * pageSize, next: "another"), at: last)
        #expect(Self.problem(repeated, pageSize: pageSize) == .repeatedPage)
        var circling = pages
        circling.insert(Self.page(rows: pageSize, from: 90_000, next: pages[middle].next), at: last)
        #expect(Self.problem(circling, pageSize: pageSize) == .repeatedCursor)
    }

    @Test func `a chain that goes in a circle is refused after one round, though its cursors are new`() {
        let pages = (0..<50).map { Self.page(rows: 2, from: $0 % 3 * 2, next: "cursor \($0)") }
        #expect(Self.problem(pages, pageSize: 2) == .repeatedPage)
    }

    @Test func `an endless chain of new rows is given up`() {
        let pages = (0..<50).map { Self.page(rows: 2, from: $0 * 2, next: "cursor \($0)") }
        #expect(Self.problem(pages, pageSize: 2, pageLimit: 20) == .endless)
    }

    @Test func `a digest sees order, counters, every text and how it is spelled`() {
        func digest(_ rows: [UsageRow]) -> PageDigest {
            var builder = PageDigest.Builder()
            for row in rows { builder.add(row) }
            return builder.digest
        }
        let rows = [Self.row(1), Self.row(2)]
        var changed = [Self.row(1), Self.row(2)]
        #expect(digest(rows) == digest(changed))
        #expect(digest(rows) != digest(rows.reversed()))
        changed[1].counts.statusCounts.status429 += 1
        #expect(digest(rows) != digest(changed))
        var digests: Set<PageDigest> = [digest([Self.row(1)])]
        let texts: [WritableKeyPath<UsageRow, String>] = [
            \.identity.clientID, \.identity.statedClientName, \.identity.callingOrganizationID, \.identity.userID,
            \.identity.templateURI, \.identity.httpMethod, \.identity.platform, \.clientName,
        ]
        for text in texts {
            for spelling in ["caf\u{E9}", "cafe\u{301}"] {
                var row = Self.row(1)
                row[keyPath: text] = spelling
                #expect(digests.insert(digest([row])).inserted)
            }
        }
    }

    @Test func `an error says which page is wrong and how`() {
        let error = PageChainError(page: 3, problem: .short(rows: 999, asked: 1_000))
        #expect(error.description == "page 3 has 999 rows instead of 1000, yet names a further page")
    }
}
