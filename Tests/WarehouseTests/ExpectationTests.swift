import FoundationEssentials
import Postgres
import TestSupport
import Testing
import UsageDomain

@testable import Warehouse

@Suite(.database) struct ExpectationTests {
    private let first = day("2025-03-10")

    private func search(_ day: Day) -> Window {
        Window(dataset: .simplesearch, days: day..<day.advanced(by: 1))
    }

    private func expected(_ fixture: Fixture) async throws -> Int64? {
        try await fixture.warehouse.expectedRows(of: first, organization: fixture.organization)
    }

    @Test func `a search is expected to be as large as that day's organization query, else as its neighbours`()
        async throws
    {
        let fixture = try await Fixture()
        #expect(try await expected(fixture) == nil)
        for (offset, rows) in [(-8, 90), (-7, 3), (2, 5), (7, 4), (8, 80)] {
            let day = first.advanced(by: offset)
            try await fixture.store((0..<rows).map { named("Client \($0)", day) }, search(day))
        }
        #expect(try await expected(fixture) == 5)
        let day = window("2025-03-10", "2025-03-10")
        try await fixture.warehouse.markFailed(
            day, organization: fixture.organization, run: fixture.run, because: "x", now: .now)
        #expect(try await expected(fixture) == 5, "a day that was never stored says nothing")
        try await fixture.store(rows(day, clients: 2), day)
        #expect(try await expected(fixture) == 2)
        try await fixture.store([], day)
        #expect(try await expected(fixture) == 0)
        // Rows by user are more than those of a search.
        let byUser = SourceRegistration(
            name: "acme", kind: "genesys",
            datasets: [
                .init(dataset: .organizationQuery, startDate: first, settleAfter: .zero, byUser: true),
                .init(dataset: .simplesearch, startDate: first, settleAfter: .zero, byUser: false),
            ], primary: .organizationQuery)
        try await fixture.warehouse.configure([byUser])
        #expect(try await expected(fixture) == 5)
        await fixture.close()
    }

    @Test func `a day's totals by name equal those of the answer that was stored`() async throws {
        let fixture = try await Fixture()
        let warehouse = fixture.warehouse
        let organization = fixture.organization
        let day = window("2025-03-10", "2025-03-10")
        #expect(
            try await warehouse.totalsByClientName(of: .organizationQuery, day: first, organization: organization)
                == nil)
        let stored = [
            row(first, "c-1", name: "Robot", requests: .max / 4), row(first, "c-2", name: "Robot", requests: .max / 4),
            row(first, "c-3", name: "Other", requests: 5), row(first, "", requests: 1),
        ]
        try await fixture.store(stored, day)
        try await fixture.store([named("Not of this dataset", first)], search(first))
        let totals = try await warehouse.totalsByClientName(
            of: .organizationQuery, day: first, organization: organization)
        #expect(totals == (try spool(stored)).totalsByClientName)
        #expect(totals?["Robot"]?.requests == 2 * Int128(Int64.max / 4))
        #expect(
            totals
                == (try spool([
                    named("Robot", first, "a", requests: .max / 4), named("Robot", first, "b", requests: .max / 4),
                    named("Other", first, requests: 5), named("", first, requests: 1),
                ])).totalsByClientName)
        // The current name is the listing's.
        let listed = OAuthClient(id: "c-3", name: "Renamed", state: "", authorizedGrantType: "", createdAt: nil)
        try await warehouse.storeListing([listed], of: organization, now: date("2025-06-02T00:00:00Z"))
        #expect(
            try await warehouse.totalsByClientName(of: .organizationQuery, day: first, organization: organization)?
                .keys.sorted() == ["", "Renamed", "Robot"])
        try await fixture.store([], day)
        #expect(
            try await warehouse.totalsByClientName(of: .organizationQuery, day: first, organization: organization)
                == [:])
        await fixture.close()
    }

    @Test func `every counter has its own place in the totals`() async throws {
        let fixture = try await Fixture()
        var odd = row(first, "c-1", name: "Robot")
        odd.counts = UsageCounts(
            requests: 1,
            statusCounts: StatusCounts(status200: 2, status300: 3, status400: 4, status429: 5, status500: 6))
        try await fixture.store([odd], window("2025-03-10", "2025-03-10"))
        let sums = CounterSums(requests: 1, status200: 2, status300: 3, status400: 4, status429: 5, status500: 6)
        #expect(
            try await fixture.warehouse.totalsByClientName(
                of: .organizationQuery, day: first, organization: fixture.organization) == ["Robot": sums])
        #expect(try spool([odd, row(first, "c-2", name: "Robot", requests: 0)]).totalsByClientName == ["Robot": sums])
        await fixture.close()
    }
}
