import Postgres
import TestSupport
import Testing
import UsageDomain

@testable import Warehouse

/// What the views of questions answer where the primary dataset is asked client by client, so that a day may be known of some
/// clients alone.
@Suite(.database) struct PerClientViewTests {
    @Test func `a day of a dataset that is asked per client is stored once every client has it`() async throws {
        let fixture = try await Fixture()
        try await fixture.makePrimary(.clientQuery, from: "2025-03-01")
        try await fixture.warehouse.storeAskedClients(["c-1", "c-2"], of: "acme")
        try await fixture.seed(.clientQuery, "2025-03-01", of: ["c-1", "c-2"], [.of("c-1", 10), .of("c-2", 5)])
        try await fixture.seed(.clientQuery, "2025-03-02", of: ["c-1"], [.of("c-1", 20)])
        try await fixture.seed(.clientQuery, "2025-03-03", of: ["c-1"], [.of("c-1", 40)])
        try await fixture.seedCoverage(.clientQuery, "2025-03-03", of: ["c-2"], state: "unavailable")
        try await fixture.seed(.clientQuery, "2025-03-04", of: ["c-1", "c-2"], state: "provisional", [.of("c-2", 6)])
        #expect(
            try await fixture.answer(
                "usage_date state requests day_before_change clients_unavailable",
                from: "usage_by_day ORDER BY usage_date")
                == [
                    "2025-03-01 covered 15 - 0", "2025-03-02 gap 20 - 0", "2025-03-03 covered 40 - 1",
                    "2025-03-04 provisional 6 - 0",
                ])
        // Of the client whose day is stored the change is known, however many others the day lacks; of one whose day is
        // not, nothing is.
        #expect(
            try await fixture.answer(
                "usage_date client_id requests day_before_requests day_before_change",
                from: "client_by_day ORDER BY usage_date, client_id")
                == [
                    "2025-03-01 c-1 10 - -", "2025-03-01 c-2 5 - -", "2025-03-02 c-1 20 10 10", "2025-03-02 c-2 - 5 -",
                    "2025-03-03 c-1 40 20 20", "2025-03-04 c-1 0 40 -40", "2025-03-04 c-2 6 - -",
                ])
        #expect(
            try await fixture.answer(
                "month days_in_period days_stored days_provisional is_complete requests clients_unavailable",
                from: "usage_by_month")
                == ["2025-03-01 4 3 1 false 81 1"])
        await fixture.close()
    }

    @Test func `a client that is not asked about any more is not without usage`() async throws {
        let fixture = try await Fixture()
        try await fixture.makePrimary(.clientQuery, from: "2025-03-03")
        try await fixture.warehouse.storeAskedClients(["c-1"], of: "acme")
        try await fixture.seed(.clientQuery, "2025-03-03", of: ["c-1", "c-2"], [.of("c-1", 1), .of("c-2", 2)])
        try await fixture.seed(.clientQuery, "2025-03-04", of: ["c-1"])
        #expect(
            try await fixture.answer(
                "usage_date client_id requests status_429 day_before_change",
                from: "client_by_day ORDER BY usage_date, client_id")
                == ["2025-03-03 c-1 1 0 -", "2025-03-03 c-2 2 0 -", "2025-03-04 c-1 0 0 -1", "2025-03-04 c-2 - - -"])
        await fixture.close()
    }

    @Test func `months are not compared where a client of one is not known`() async throws {
        let fixture = try await Fixture()
        try await fixture.makePrimary(.clientQuery, from: "2025-02-01")
        try await fixture.warehouse.storeAskedClients(["c-1", "c-2"], of: "acme")
        for day in ["2025-02-01", "2025-02-02", "2025-03-01"] {
            try await fixture.seed(.clientQuery, day, of: ["c-1", "c-2"], [.of("c-1", 5), .of("c-2", 6)])
        }
        try await fixture.seed(.clientQuery, "2025-03-02", of: ["c-1"], [.of("c-1", 5)])
        try await fixture.seedCoverage(.clientQuery, "2025-03-02", of: ["c-2"], state: "unavailable")
        let told = {
            try await fixture.answer(
                at: "2025-03-03T06:00:00Z", "is_complete month_before_is_complete requests change clients_unavailable",
                from: "usage_by_month WHERE is_current")
        }
        #expect(try await told() == ["true true 16 - 1"])
        try await makeStored(fixture)
        #expect(try await told() == ["true true 16 -6 0"])
        await fixture.close()
    }

    @Test func `of whom nothing is known on a day has no drop on it, nor has what it is summed into`() async throws {
        let fixture = try await Fixture()
        try await fixture.makePrimary(.clientQuery, from: "2025-02-01")
        let clients = ["c-1", "c-2", "c-3"]
        try await fixture.warehouse.storeAskedClients(clients, of: "acme")
        for tuesday in ["2025-02-04", "2025-02-11", "2025-02-18", "2025-02-25"] {
            try await fixture.seed(.clientQuery, tuesday, of: clients, clients.map { .of($0, 1000) })
        }
        try await fixture.seed(.clientQuery, "2025-03-04", of: ["c-1", "c-3"], [.of("c-1", 1000)])
        try await fixture.seedCoverage(.clientQuery, "2025-03-04", of: ["c-2"], state: "unavailable")
        let told = {
            try await fixture.answer(
                "usage_date subject client_id direction requests expected history_days",
                from: "anomaly ORDER BY subject, client_id")
        }
        #expect(try await told() == ["2025-03-04 client c-3 drop 0 1000 4"])
        try await makeStored(fixture)
        #expect(
            try await told() == [
                "2025-03-04 client c-2 drop 0 1000 4", "2025-03-04 client c-3 drop 0 1000 4",
                "2025-03-04 endpoint  drop 1000 3000 4",
            ])
        await fixture.close()
    }

    @Test func `of whom nothing is asked or available nothing is known, not silence`() async throws {
        let fixture = try await Fixture()
        try await fixture.makePrimary(.clientQuery, from: "2025-02-01")
        let listing = ["c-1", "c-2", "c-3", "c-4"].map {
            OAuthClient(id: $0, name: $0, state: "active", authorizedGrantType: "", createdAt: nil)
        }
        try await fixture.warehouse.storeListing(listing, of: fixture.organization, now: date("2025-01-05T00:00:00Z"))
        try await fixture.warehouse.storeAskedClients(["c-1", "c-2", "c-4"], of: "acme")
        try await fixture.seed(.clientQuery, "2025-02-01", of: ["c-1", "c-2", "c-4"], [.of("c-1", 1), .of("c-2", 1)])
        for number in 2...9 {
            try await fixture.seed(.clientQuery, "2025-02-0\(number)", of: ["c-1", "c-4"])
            try await fixture.seedCoverage(.clientQuery, "2025-02-0\(number)", of: ["c-2"], state: "unavailable")
        }
        let told = {
            try await fixture.answer(
                "client_id activity last_day days_silent newest_day",
                from: "client_activity ORDER BY client_id")
        }
        #expect(
            try await told() == [
                "c-1 silent 2025-02-01 8 2025-02-09", "c-2 active 2025-02-01 0 2025-02-09",
                "c-3 unknown - - 2025-02-09", "c-4 idle - - 2025-02-09",
            ])
        try await fixture.seed(.clientQuery, "2025-03-03", of: ["c-1", "c-4"])
        try await fixture.seedCoverage(.clientQuery, "2025-03-03", of: ["c-2"], state: "unavailable")
        #expect(
            try await told() == [
                "c-1 silent 2025-02-01 9 2025-03-03", "c-2 unknown 2025-02-01 0 2025-03-03",
                "c-3 unknown - - 2025-03-03", "c-4 idle - - 2025-03-03",
            ])
        await fixture.close()
    }

    @Test func `what measuring costs is known only of days on which its own client was asked about`() async throws {
        let fixture = try await Fixture()
        try await fixture.makePrimary(.clientQuery, from: "2025-03-01")
        try await fixture.query("UPDATE ingest.source SET client_id = 'c-own' WHERE name = 'acme'")
        try await fixture.warehouse.storeAskedClients(["c-1"], of: "acme")
        try await fixture.seedClient("c-own")
        try await fixture.seed(.clientQuery, "2025-03-01", of: ["c-1"], [.of("c-1", 30)])
        try await fixture.seed(.clientQuery, "2025-03-02", of: ["c-1", "c-own"], [.of("c-1", 30)])
        try await fixture.seed(.clientQuery, "2025-03-03", of: ["c-1", "c-own"], [.of("c-1", 30), .of("c-own", 10)])
        #expect(
            try await fixture.answer(
                "usage_date requests_counted status_429_counted share_percent",
                from: "own_footprint ORDER BY usage_date")
                == ["2025-03-01 - - -", "2025-03-02 0 0 0.00", "2025-03-03 10 0 25.00"])
        await fixture.close()
    }

    /// Makes what was unavailable stored without a row.
    private func makeStored(_ fixture: Fixture) async throws {
        try await fixture.query(
            """
            UPDATE ingest.coverage
            SET state = 'covered', row_count = 0, fetched_at = '2025-03-05', submission_id = 1, last_error = ''
            WHERE state = 'unavailable'
            """)
    }
}
