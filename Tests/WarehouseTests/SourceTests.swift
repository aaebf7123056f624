import FoundationEssentials
import Postgres
import TestSupport
import Testing
import UsageDomain

@testable import Warehouse

@Suite(.database) struct SourceTests {
    private let now = date("2025-06-01T00:00:00Z")
    private let acme = Fixture.registration()
    private let second = Fixture.registration("second")

    @Test func `a dataset of one organization belongs to one configured source`() async throws {
        let fixture = try await Fixture()
        let warehouse = fixture.warehouse
        try await warehouse.configure([acme, second])
        await #expect(
            throws: WarehouseError.datasetClaimed(
                .organizationQuery, organization: Fixture.organization, bySource: "acme", wantedBy: "second")
        ) { try await warehouse.identify(second, as: Fixture.organization, now: now) }
        #expect(try await warehouse.organizationKey(of: "second") == nil)
        let other = try await warehouse.identify(second, as: Organization(id: "o-2", name: "Other"), now: now)
        #expect(other != fixture.organization)
        await fixture.close()
    }

    @Test func `what an unconfigured source claimed can be taken over, with its days`() async throws {
        let fixture = try await Fixture()
        let march = window("2025-03-01", "2025-03-31")
        try await fixture.store([row(march.firstDay)], march)
        try await fixture.warehouse.configure([second])
        let key = try await fixture.warehouse.identify(second, as: Fixture.organization, now: now)
        #expect(key == fixture.organization)
        #expect(try await fixture.value("SELECT source FROM usage.api_usage") == "second")
        // The former owner comes back beside the new one: refused, and its days are gaps.
        try await fixture.warehouse.configure([acme, second])
        await #expect(throws: WarehouseError.self) {
            try await fixture.warehouse.identify(acme, as: Fixture.organization, now: now)
        }
        let states = try await fixture.query(
            """
            SELECT source, state, count(*) FROM usage.coverage WHERE usage_date BETWEEN '2025-03-01' AND '2025-03-31'
            GROUP BY source, state ORDER BY source
            """
        ).map { try $0.decode(String.self, String.self, Int64.self) }
        #expect(states.map { "\($0)" } == ["(\"acme\", \"gap\", 31)", "(\"second\", \"covered\", 31)"])
        await fixture.close()
    }

    @Test func `a source cannot become another organization`() async throws {
        let fixture = try await Fixture()
        let other = Organization(id: "o-2", name: "Other")
        await #expect(
            throws: WarehouseError.organizationChanged(source: "acme", from: "o-1", to: other)
        ) { try await fixture.warehouse.identify(acme, as: other, now: now) }
        #expect(try await fixture.value("SELECT count(*) FROM ingest.organization") == Int64(1), "rolled back")
        await fixture.close()
    }

    @Test func `two processes that claim one organization at once leave one owner`() async throws {
        let fixture = try await Fixture()
        let names = (0..<6).map { "source-\($0)" }
        try await fixture.warehouse.configure(names.map { Fixture.registration($0) })
        let claims = await withTaskGroup(of: Bool.self) { group in
            for name in names {
                group.addTask {
                    let claimed = try? await fixture.warehouse.identify(
                        Fixture.registration(name), as: Organization(id: "o-3", name: "Contested"), now: now)
                    return claimed != nil
                }
            }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(claims == 1)
        await fixture.close()
    }

    @Test func `the primary dataset is the claiming source's, and a new name of the organization is taken over`()
        async throws
    {
        let fixture = try await Fixture()
        #expect(
            try await fixture.value("SELECT primary_dataset::text FROM ingest.organization") == "organization_query")
        _ = try await fixture.warehouse.identify(acme, as: Organization(id: "o-1", name: "Acme 2"), now: now)
        #expect(try await fixture.value("SELECT name FROM ingest.organization") == "Acme 2")
        await fixture.close()
    }

    @Test func `a failure of a source is shown until it works again`() async throws {
        let fixture = try await Fixture()
        try await fixture.warehouse.markSourceFailed("acme", because: "HTTP 401", now: now)
        #expect(try await fixture.value("SELECT last_error FROM usage.freshness") == "HTTP 401")
        _ = try await fixture.warehouse.identify(acme, as: Fixture.organization, now: now)
        #expect(try await fixture.value("SELECT last_error FROM usage.freshness") == "")
        await fixture.close()
    }

    @Test func `a silence that still runs is neither forgotten nor made shorter by what happens meanwhile`()
        async throws
    {
        let fixture = try await Fixture()
        let warehouse = fixture.warehouse
        let end = now.addingTimeInterval(7_200)
        try await warehouse.markSourceFailed("acme", because: "429", restingUntil: end, now: now)
        try await warehouse.markSourceFailed("acme", because: "HTTP 401", now: now)
        try await warehouse.markSourceFailed(
            "acme", because: "429", restingUntil: now.addingTimeInterval(60), now: now)
        #expect(try await warehouse.restingUntil("acme") == end)
        _ = try await warehouse.identify(acme, as: Fixture.organization, now: now)
        #expect(try await warehouse.restingUntil("acme") == end)
        try await warehouse.markSourceFailed("acme", because: "HTTP 401", now: end)
        _ = try await warehouse.identify(acme, as: Fixture.organization, now: end)
        #expect(try await warehouse.restingUntil("acme") == nil)
        await fixture.close()
    }

    @Test func `a changed configuration is taken over, and the same one writes nothing`() async throws {
        let fixture = try await Fixture()
        func lines() async throws -> [String] {
            try await fixture.query(
                "SELECT xmin::text || ctid FROM ingest.source_dataset UNION ALL SELECT xmin::text || ctid FROM ingest.source"
            )
            .map { try $0.decode(String.self) }
        }
        let before = try await lines()
        try await fixture.warehouse.configure([acme])
        #expect(try await lines() == before)
        try await fixture.warehouse.configure([
            Fixture.registration(startDate: day("2025-05-30"), settleAfter: .seconds(60))
        ])
        #expect(
            try await fixture.value("SELECT settle_after::text || ' ' || start_date FROM ingest.source_dataset")
                == "00:01:00 2025-05-30")
        await fixture.close()
    }
}
