import Randomness
import TestSupport
import Testing
import UsageDomain

@testable import GenesysCloud

@Suite(.inTurn)
struct SimpleSearchPlannerTests {
    /// A small part of the real ones: what is tested does not depend on the scale.
    private static let limits = {
        var limits = SearchLimits()
        limits.cap = 50
        limits.target = 45
        return limits
    }()

    /// What a row is found by.
    struct Finding: Hashable {
        let httpMethod: ExactText
        let clientName: ExactText
        let templateURI: ExactText

        init(_ httpMethod: String, _ clientName: String, _ templateURI: String) {
            self.httpMethod = ExactText(text: httpMethod)
            self.clientName = ExactText(text: clientName)
            self.templateURI = ExactText(text: templateURI)
        }

        func isFound(by filter: SearchFilter) -> Bool {
            filter.admits(httpMethod.text, .httpMethod) && filter.admits(clientName.text, .clientName)
                && filter.admits(templateURI.text, .templateURI)
        }
    }

    enum Skew: CaseIterable {
        case equal, oneMethod, oneClient, fewOfEach, namelessClient, strangeMethod, twinSpellings
    }

    /// Rows of a day, each a finding; one that occurs twice is of two clients of one name.
    private static func rows(_ skew: Skew, _ random: inout SeededRandom, count: Int) -> [Finding] {
        let methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"]
        var names = (0..<20).map { "client \($0)" }
        var templates = (0..<100).map { "api/v2/thing\($0)" }
        switch skew {
        case .fewOfEach: (names, templates) = (Array(names.prefix(3)), Array(templates.prefix(40)))
        case .namelessClient: names[Int.random(in: 0..<20, using: &random)] = ""
        case .twinSpellings: names = ["caf\u{E9}", "cafe\u{301}", "Caf\u{E9}"]
        case .equal, .oneMethod, .oneClient, .strangeMethod: break
        }
        func often(_ percentage: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percentage }
        var rows: [Finding] = []
        for _ in 0..<count {
            var method = methods.randomElement(using: &random) ?? ""
            var name = names.randomElement(using: &random) ?? ""
            let template = templates.randomElement(using: &random) ?? ""
            if skew == .oneMethod, often(90) { method = "POST" }
            if skew == .oneClient, often(70) { name = "client 7" }
            if skew == .strangeMethod, often(5) { method = ["", "QUERY"].randomElement(using: &random) ?? "" }
            rows.append(Finding(method, name, template))
        }
        return rows
    }

    private static func planner(_ rows: [Finding]) -> SearchPlanner {
        var day = KnownDay()
        for row in rows { day.add(usageRow(row)) }
        return SearchPlanner(day: day, limits: limits)
    }

    private static func usageRow(_ row: Finding) -> UsageRow {
        UsageRow(
            identity: RowIdentity(
                day: Day(daysSinceEpoch: 20_000), templateURI: row.templateURI.text, httpMethod: row.httpMethod.text),
            clientName: row.clientName.text,
            counts: UsageCounts(
                requests: 1,
                statusCounts: StatusCounts(status200: 1, status300: 0, status400: 0, status429: 0, status500: 0)))
    }

    @Test(arguments: [
        Finding("GET", "a stranger", "api/v2/thing1"), Finding("GET", "client 1", "api/v2/stranger"),
        Finding("GET", "client of POST alone", "api/v2/thing1"),
    ])
    func `what a cut search showed is searched for, though the organization query does not know it`(
        stranger: Finding
    ) {
        // One method alone, so that names have to divide the day.
        var rows = (0..<120).map { Finding("GET", "client \($0 % 4)", "api/v2/thing\($0)") }
        rows.append(Finding("POST", "client of POST alone", "api/v2/thing1"))
        var planner = Self.planner(rows)
        let sums = planner.day.sums
        planner.day.include([Self.usageRow(stranger), Self.usageRow(rows[0])])
        let whole = Self.carryOut([.everything], by: planner, in: rows + [stranger]).whole
        #expect(whole.count { stranger.isFound(by: $0) } == 1)
        // It is not expected, so that the difference will be named.
        #expect(planner.day.sums.difference(from: sums) == nil)
        #expect(planner.day.cells.count == rows.count + 1)
    }

    /// Searches until nothing reaches the cap that can be divided.
    ///
    /// - Returns: the searches that count, those that could not be divided, and how many were sent.
    private static func carryOut(
        _ searches: [SearchFilter], by planner: SearchPlanner, in rows: [Finding]
    ) -> (whole: [SearchFilter], stuck: [SearchFilter], sent: Int) {
        var waiting = searches
        var whole: [SearchFilter] = []
        var stuck: [SearchFilter] = []
        var sent = 0
        while let filter = waiting.popLast() {
            sent += 1
            guard rows.count(where: { $0.isFound(by: filter) }) >= limits.cap else {
                whole.append(filter)
                continue
            }
            let parts = planner.parts(of: filter)
            if parts.isEmpty { stuck.append(filter) } else { waiting += parts }
        }
        return (whole, stuck, sent)
    }

    @Test(arguments: 0..<10 as Range<UInt64>, Skew.allCases)
    func `a day is divided so that every row is found once, by few searches`(seed: UInt64, skew: Skew) {
        var random = SeededRandom(seed: seed)
        let rows = Self.rows(skew, &random, count: Int.random(in: 0...1_250, using: &random))
        let planner = Self.planner(rows)
        let result = Self.carryOut(planner.searches(), by: planner, in: rows)
        #expect(result.stuck.isEmpty)
        for row in rows { #expect(result.whole.count { row.isFound(by: $0) } == 1) }
        #expect(result.sent <= 2 * ((rows.count + Self.limits.cap - 1) / Self.limits.cap) + 9)
        // Nothing had to be asked twice.
        #expect(result.sent == result.whole.count)
        #expect(Set(result.whole.map(\.part)).count == result.whole.count)
    }

    @Test(arguments: 0..<10 as Range<UInt64>, [Skew.equal, .oneMethod, .oneClient])
    func `a method that the organization query does not know is searched for all the same`(seed: UInt64, skew: Skew) {
        var random = SeededRandom(seed: seed)
        let rows = Self.rows(skew, &random, count: Int.random(in: 125...1_250, using: &random))
        let searches = Self.planner(rows).searches()
        for method in SearchPlanner.httpMethods where !rows.contains(where: { $0.httpMethod == method }) {
            let found = searches.filter { Finding(method.text, "new client", "new template").isFound(by: $0) }
            #expect(found.count == 1)
        }
    }

    @Test(arguments: 0..<10 as Range<UInt64>, Skew.allCases)
    func `a day that has more rows than is known is divided further, until no part reaches the cap`(
        seed: UInt64, skew: Skew
    ) {
        var random = SeededRandom(seed: seed)
        let known = Self.rows(skew, &random, count: Int.random(in: 25...500, using: &random))
        let rows = known + known + known.filter { _ in Bool.random(using: &random) }
        let planner = Self.planner(known)
        let result = Self.carryOut([.everything], by: planner, in: rows)
        #expect(result.stuck.isEmpty)
        for row in Set(rows) { #expect(result.whole.count { row.isFound(by: $0) } == 1) }
        #expect(result.sent <= Self.limits.mostSearches(rows: known.count))
    }

    @Test func `a small day is one search, and a large one whose rows are alike cannot be divided`() {
        let one = Finding("GET", "client", "api/v2/users")
        #expect(Self.planner([one]).searches() == [.everything])
        #expect(Self.planner([]).searches() == [.everything])
        let alike = Array(repeating: Finding("", "", ""), count: 125)
        let planner = Self.planner(alike)
        #expect(planner.searches() == [.everything])
        #expect(planner.parts(of: .everything) == [])
    }

    @Test func `what reaches the cap although nothing is known of it is searched method by method`() {
        let parts = Self.planner([]).parts(of: .everything)
        #expect(Set(parts) == Set(SearchPlanner.blind))
        #expect(parts.count == 9)
        for part in parts { #expect(Self.planner([]).parts(of: part) == []) }
    }

    @Test func `rows without a name are reached by templates`() {
        let named = (0..<70).map { Finding("GET", "client \($0 % 7)", "api/v2/thing\($0)") }
        let nameless = (0..<15).map { Finding("GET", "", "api/v2/thing\($0)") }
        let searches = Self.planner(named + nameless).searches()
        for search in searches { #expect(search[.clientName] == nil) }
        for row in named + nameless { #expect(searches.count { row.isFound(by: $0) } == 1) }
        // The other methods are searched for too, as one.
        #expect(searches.count == 3)
    }

    @Test func `the values that a search names stay below a limit of bytes`() {
        var limits = Self.limits
        limits.filterBytes = 1_000
        let rows = (0..<1_000).map {
            Finding("GET", "client", "api/v2/\(String(repeating: "long", count: 20))\($0)")
        }
        let planner = SearchPlanner(day: Self.planner(rows).day, limits: limits)
        for search in planner.searches() {
            #expect((search[.templateURI] ?? []).reduce(0) { $0 + $1.text.utf8.count } <= 1_000)
        }
    }

    // MARK: The text of a part

    @Test func `a part is named by the same text for ever, whatever the order of its values`() {
        let filter = SearchFilter.everything
        #expect(filter.part == "")
        let methods = filter.narrowed(.httpMethod, to: ["PUT", "GET"].map(ExactText.init))
        #expect(methods.part == "methods GET,PUT")
        let names = methods.narrowed(.clientName, to: ["Billing Sync", "Caf\u{E9}"].map(ExactText.init))
        #expect(names.part == "methods GET,PUT; names #2:7bcccecabe1cb9d96fd0fcba2c89d9eb")
        let templates = names.narrowed(.templateURI, to: (0..<999).map { ExactText(text: "api/v2/thing\($0)") })
        #expect(templates.part.utf8.count < 150)
        #expect(templates.part.hasPrefix(names.part + "; templates #999:"))
    }

    @Test func `different values have different texts`() {
        let lists: [[String]] = [
            [], [""], ["", "a"], ["a"], ["a,b"], ["a", "b"], ["b"], ["#1"], ["ab"], ["a b"], ["a; names b"],
            ["caf\u{E9}"], ["cafe\u{301}"], ["a\u{FF}", "b"], ["a", "\u{FF}b"],
            (0..<500).map { "a\($0)" }, (0..<501).map { "a\($0)" },
        ]
        var texts: Set<String> = []
        for list in lists {
            for dimension in SearchFilter.Dimension.allCases {
                let filter = SearchFilter.everything.narrowed(dimension, to: list.map(ExactText.init))
                #expect(texts.insert(filter.part).inserted)
            }
        }
    }

    // MARK: Sums

    @Test func `sums that differ are named by client and counter, and not all of many`() throws {
        func sums(_ counts: [(String, Int64, Int64)]) -> SumsByName {
            var sums = SumsByName()
            for (name, requests, status429) in counts {
                sums.add(
                    UsageCounts(
                        requests: requests,
                        statusCounts: StatusCounts(
                            status200: requests, status300: 0, status400: 0, status429: status429, status500: 0)),
                    of: name)
            }
            return sums
        }
        let searched = sums([("a", 1, 0), ("b", 2, 5), ("caf\u{E9}", 4, 0), ("", .max, 0), ("", .max, 0)])
        #expect(searched.difference(from: searched) == nil)
        #expect(searched.difference(from: sums([("", .max, 0), ("b", 2, 5), ("caf\u{E9}", 4, 0), ("a", 1, 0)])) != nil)
        let respelled = sums([("a", 1, 0), ("b", 2, 5), ("cafe\u{301}", 4, 0), ("", .max, 0), ("", .max, 0)])
        let difference = try #require(searched.difference(from: respelled))
        #expect(difference.lines.map(\.name) == [#"caf\u{00E9}"#, #"cafe\u{0301}"#])
        #expect(difference.missingRequests == 0)
        let counter = try #require(
            sums([("a", 1, 0), ("b", 2, 5)]).difference(from: sums([("a", 1, 0), ("b", 2, 4)])))
        #expect(counter.description == #"as many requests in all; "b" has 5 status 429 instead of 4"#)
        let many = try #require(sums([]).difference(from: sums((0..<500).map { ("client \($0)", 1, 0) })))
        #expect(many.missingRequests == 500)
        #expect(many.description.utf8.count < 1_000)
    }
}
