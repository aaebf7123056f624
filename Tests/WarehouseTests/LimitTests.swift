import Postgres
import TestSupport
import Testing
import UsageDomain

@testable import Warehouse

@Suite(.database) struct LimitTests {
    private let today = day("2025-06-01")
    private let lines: SQL =
        "SELECT as_of::text, namespace, key, value::text FROM ingest.limit_snapshot ORDER BY as_of, namespace, key"

    private func limit(_ namespace: String, _ key: String, _ value: Int64) -> APILimit {
        APILimit(namespace: namespace, key: key, value: value)
    }

    @Test func `limits are kept by day, and the newest of a day count`() async throws {
        let fixture = try await Fixture()
        let organization = fixture.organization
        #expect(try await fixture.warehouse.hasLimits(of: organization, on: today) == false)
        let limits = [
            limit("platform.api", "token.rate.per.minute", 300), limit("usage", "max", 1), limit("usage", "max", 2),
        ]
        try await fixture.warehouse.storeLimits(limits, of: organization, on: today)
        #expect(try await fixture.warehouse.hasLimits(of: organization, on: today))
        #expect(try await fixture.warehouse.hasLimits(of: organization, on: today.advanced(by: 1)) == false)
        let stranger = OrganizationKey(rawValue: organization.rawValue + 1)
        #expect(try await fixture.warehouse.hasLimits(of: stranger, on: today) == false)
        let versions: SQL =
            "SELECT string_agg(ctid::text || xmin || xmax, ',' ORDER BY ctid) FROM ingest.limit_snapshot"
        let before: String = try await fixture.value(versions)
        try await fixture.warehouse.storeLimits(limits, of: organization, on: today)
        #expect(try await fixture.value(versions) == before)
        try await fixture.warehouse.storeLimits([limit("usage", "max", 3)], of: organization, on: today)
        try await fixture.warehouse.storeLimits([limit("usage", "max", 4)], of: organization, on: today.advanced(by: 1))
        try await fixture.warehouse.storeLimits([], of: organization, on: today.advanced(by: 2))
        #expect(
            try await fixture.lines(lines) == [
                "2025-06-01 platform.api token.rate.per.minute 300", "2025-06-01 usage max 3", "2025-06-02 usage max 4",
            ])
        await fixture.close()
    }
}
