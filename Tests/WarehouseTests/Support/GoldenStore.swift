import FoundationEssentials
import Postgres
import TestSupport
import UsageDomain

@testable import Warehouse

/// Stores the golden world through the warehouse, with the rights of the daemon.
struct GoldenStore {
    let world: GoldenWorld
    let warehouse: Warehouse
    let run: RunID
    let organizations: [String: OrganizationKey]
    /// As superuser, at the world's present.
    let administration: PostgresPool

    init() async throws {
        let world = try GoldenWorld.read()
        let conninfo = try TestDatabase.current.conninfo
        let warehouse = Fixture.warehouse(conninfo)
        let began = date("2025-03-01T00:00:00Z")
        try await warehouse.configure(world.sources.map(\.registration))
        var organizations: [String: OrganizationKey] = [:]
        for source in world.sources {
            let key = try await warehouse.identify(
                source.registration, as: Organization(id: source.organization, name: source.organizationName),
                now: began)
            try await warehouse.useTimeZone(source.timeZone, of: key)
            organizations[source.name] = key
        }
        self.world = world
        self.warehouse = warehouse
        self.organizations = organizations
        run = try await warehouse.beginRun(.once, version: "golden", now: began)
        administration = PostgresPool(
            PostgresConfiguration(
                conninfo: conninfo, applicationName: "test", connectTimeout: .seconds(120),
                settings: [("TimeZone", "UTC"), ("usaged.now", world.now)]),
            size: 1, logger: .silent)
        for event in world.events { try await store(event) }
        try await enter()
    }

    func close() async {
        await warehouse.close()
        await administration.close()
    }

    /// Writes what the operator enters by hand, whatever the tables are.
    private func enter() async throws {
        let told = try String(contentsOfFile: GoldenWorld.path, encoding: .utf8)
        try await administration.withConnection { connection in
            for table in ["request_allowance", "channel_allowance", "billing_terms"] {
                try connection.execute(
                    """
                    INSERT INTO ingest.\(identifier: table)
                    SELECT line.* FROM json_populate_recordset(
                        NULL::ingest.\(identifier: table), \(told)::json -> 'entered' -> \(table)
                    ) AS line
                    """)
            }
        }
    }

    private func store(_ event: GoldenWorld.Event) async throws {
        guard let organization = organizations[event.source] else { throw Fixture.NoRow() }
        let at = date(event.at ?? "")
        switch (event.action, event.clients) {
        case ("listing", .named(let names)?):
            let listing = names.map { id, name in
                OAuthClient(
                    id: id, name: name, state: "active", authorizedGrantType: "CLIENT-CREDENTIALS", createdAt: nil)
            }
            try await warehouse.storeListing(listing, of: organization, now: at)
        case ("ask", .asked(let ids)?):
            try await warehouse.storeAskedClients(ids, of: event.source)
        case ("store", _):
            let rows = (event.rows ?? []).flatMap { GoldenRow($0).rows(named: event.names ?? [:]) }
            let context = try await context(of: window(event), event, at: at)
            _ = try await warehouse.store(spool(rows), replacing: context)
        case ("fail", _):
            try await warehouse.markFailed(
                window(event), organization: organization, run: run, because: event.because ?? "", now: at)
        case ("unavailable", _):
            try await warehouse.markUnavailable(
                [window(event)], organization: organization, run: run, because: event.because ?? "",
                until: date(event.until ?? ""))
        case ("summary", _):
            let rows = (event.rows ?? []).map { text in
                let row = GoldenRow(text)
                return ClientSummary.Row(
                    day: row.days == "all" ? nil : goldenDay(row.days), templateURI: row.uri, httpMethod: row.method,
                    counts: row.counts)
            }
            let context = try await context(
                of: snapshot(event.client ?? "", goldenDay(event.asOf ?? "")), event, at: at)
            _ = try await warehouse.store(ClientSummary(days: event.over ?? 0, rows: rows), of: context)
        case ("units", _):
            for day in goldenDays(event.days ?? "") {
                let window = Window(dataset: .channelUsage, days: day..<day.advanced(by: 1))
                _ = try await warehouse.store(
                    channelUsage(event), of: context(of: window, event, at: at), timeZone: timeZone(of: event))
            }
        case ("month", _):
            let numbers = (event.month ?? "").split(separator: "-").compactMap { Int($0) }
            _ = try await warehouse.storeChannelMonth(
                Month(year: numbers[0], month: numbers[1]), stated: channelUsage(event), organization: organization,
                timeZone: timeZone(of: event), run: run, now: at)
        case ("limits", _):
            let limits = (event.limits ?? [:]).map { APILimit(namespace: "platform.api", key: $0, value: $1) }
            try await warehouse.storeLimits(limits, of: organization, on: goldenDay(event.day ?? ""))
        case ("requests", _):
            let count = RequestCount(requests: event.requests ?? 0, throttled: event.throttled ?? 0)
            try await warehouse.add(
                [goldenDay(event.day ?? ""): count], sentTo: event.source, timeout: .seconds(60))
        default:
            throw Fixture.NoRow()
        }
    }

    private func window(_ event: GoldenWorld.Event) -> Window {
        Window(
            dataset: event.dataset ?? .organizationQuery, clientID: event.client ?? "",
            days: goldenDays(event.days ?? ""))
    }

    private func context(of window: Window, _ event: GoldenWorld.Event, at now: Date) async throws -> WindowContext {
        guard let organization = organizations[event.source] else { throw Fixture.NoRow() }
        let recorder = warehouse.recorder(organization: organization, run: run, byUser: false, now: { now })
        let submission = try await recorder.intend(Query(window))
        let calendar = try await warehouse.calendar(
            of: timeZone(of: event), from: day("2025-01-01"), through: day("2025-04-01"))
        return WindowContext(
            window: window, organization: organization, run: run, submission: submission,
            settling: Settling(settleAfter: .seconds(48 * 3600), calendar: calendar ?? .utc), now: now)
    }

    private func timeZone(of event: GoldenWorld.Event) -> String {
        world.sources.first { $0.name == event.source }?.timeZone ?? ""
    }

    private func channelUsage(_ event: GoldenWorld.Event) -> ChannelUsage {
        let units = event.units ?? []
        return WarehouseTests.units(units[0], whatsapp: units[1], email: units[2], sage: units[3])
    }
}
