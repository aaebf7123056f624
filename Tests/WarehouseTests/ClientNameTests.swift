import FoundationEssentials
import Postgres
import TestSupport
import Testing
import UsageDomain

@testable import Warehouse

@Suite(.database) struct ClientNameTests {
    private func client(_ id: String, _ name: String, state: String = "active", createdAt: Date? = nil) -> OAuthClient {
        OAuthClient(id: id, name: name, state: state, authorizedGrantType: "CODE", createdAt: createdAt)
    }

    private func time(_ hour: Int) -> Date { date("2025-06-01T00:00:00Z") + Double(hour) * 3600 }

    private func list(_ clients: [OAuthClient], _ fixture: Fixture, hour: Int) async throws {
        try await fixture.warehouse.storeListing(clients, of: fixture.organization, now: time(hour))
    }

    private func clients(_ fixture: Fixture) async throws -> [String] {
        try await fixture.query(
            """
            SELECT concat_ws(' ', client_id, client_name, nullif(state, ''), is_listed) FROM usage.oauth_client ORDER BY client_id
            """
        ).map { try $0.decode(String.self) }
    }

    /// Name and state, from and to as hours after the start.
    private func history(_ id: String, _ fixture: Fixture) async throws -> [String] {
        try await fixture.query(
            """
            SELECT concat_ws(' ', client_name, nullif(state, ''), is_listed,
                extract(epoch FROM valid_from - \(time(0))::timestamptz)::integer / 3600,
                coalesce((extract(epoch FROM valid_to - \(time(0))::timestamptz)::integer / 3600)::text, '…'))
            FROM usage.oauth_client_history WHERE client_id = \(id) ORDER BY valid_from
            """
        ).map { try $0.decode(String.self) }
    }

    @Test func `a listing is taken over, with the validity of each name and state`() async throws {
        let fixture = try await Fixture()
        let created = date("2020-01-01T10:00:00Z")
        try await list([client("a", "Alpha", createdAt: created), client("b", "Beta")], fixture, hour: 1)
        try await list([client("a", "Alpha", createdAt: created), client("b", "Beta")], fixture, hour: 2)
        try await list([client("a", "Alef", createdAt: created), client("c", "It's \\N")], fixture, hour: 3)
        try await list([client("a", "Alef", state: "disabled"), client("b", "Beta")], fixture, hour: 4)
        #expect(try await clients(fixture) == ["a Alef disabled t", "b Beta active t", "c It's \\N active f"])
        #expect(try await history("a", fixture) == ["Alpha active t 1 3", "Alef active t 3 4", "Alef disabled t 4 …"])
        #expect(try await history("b", fixture) == ["Beta active t 1 3", "Beta active f 3 4", "Beta active t 4 …"])
        #expect(try await fixture.value("SELECT created_at FROM usage.oauth_client WHERE client_id = 'a'") == created)
        try await list([], fixture, hour: 5)
        #expect(try await fixture.value("SELECT count(*) FROM usage.oauth_client WHERE is_listed") == Int64(0))
        let overlaps: Int64 = try await fixture.value(
            """
            SELECT count(*) FROM ingest.oauth_client_history AS one
            INNER JOIN ingest.oauth_client_history AS other USING (organization_key, client_key)
            WHERE one.valid_from < other.valid_from AND other.valid_from < one.valid_to
            """)
        #expect(overlaps == 0)
        await fixture.close()
    }

    @Test func `a listing that did not change writes nothing`() async throws {
        let fixture = try await Fixture()
        let listing = (0..<50).map { client("c-\($0)", "Client \($0)", createdAt: time(0) + 0.123_456) }
        try await list(listing, fixture, hour: 1)
        let versions: SQL = "SELECT array_agg(xmin::text || ctid ORDER BY client_key) FROM ingest.oauth_client"
        let before: [String] = try await fixture.value(versions)
        try await list(listing.reversed(), fixture, hour: 2)
        #expect(try await fixture.value(versions) == before)
        await fixture.close()
    }

    @Test func `the listing's name wins over those in usage rows while the client is listed`() async throws {
        let fixture = try await Fixture()
        try await list([client("a", "Listed")], fixture, hour: 1)
        try await fixture.store([row(day("2025-05-20"), "a", name: "Old")], window("2025-05-20", "2025-05-20"))
        #expect(try await clients(fixture) == ["a Listed active t"])
        // Deleted since: its name is that of its newest usage, and an older day does not bring back an older one.
        try await list([], fixture, hour: 2)
        #expect(try await clients(fixture) == ["a Old active f"])
        try await fixture.store([row(day("2025-05-10"), "a", name: "Older")], window("2025-05-10", "2025-05-10"))
        #expect(try await clients(fixture) == ["a Old active f"])
        try await fixture.store([row(day("2025-05-21"), "a", name: "New")], window("2025-05-21", "2025-05-21"))
        #expect(try await clients(fixture) == ["a New active f"])
        await fixture.close()
    }

    @Test func `of an unlisted client the name of the newest day wins, in whatever order days are loaded`() async throws
    {
        let fixture = try await Fixture()
        func load(_ text: String, _ name: String, hour: Int) async throws {
            try await fixture.store([row(day(text), "u", name: name)], window(text, text), at: time(hour))
        }
        try await load("2025-05-10", "B", hour: 1)
        try await load("2025-05-20", "B", hour: 2)
        try await load("2025-05-15", "A", hour: 3)
        #expect(try await clients(fixture) == ["u B f"])
        try await load("2025-05-25", "", hour: 4)
        #expect(try await clients(fixture) == ["u B f"])
        try await load("2025-05-22", "C", hour: 5)
        #expect(try await clients(fixture) == ["u C f"])
        // A day read again says it otherwise: the later answer counts.
        try await load("2025-05-22", "D", hour: 6)
        #expect(try await history("u", fixture) == ["B f 1 5", "C f 5 6", "D f 6 …"])
        await fixture.close()
    }

    @Test func `a name that comes with an older day is better than none`() async throws {
        let fixture = try await Fixture()
        try await fixture.store([row(day("2025-05-20"), "u")], window("2025-05-20", "2025-05-20"))
        try await fixture.store([row(day("2025-05-10"), "u", name: "A")], window("2025-05-10", "2025-05-10"))
        #expect(try await fixture.value("SELECT client_name FROM usage.oauth_client") == "A")
        await fixture.close()
    }
}
