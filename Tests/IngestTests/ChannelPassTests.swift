import Foundation
import Infodeck
import Ingest
import Postgres
import TestSupport
import Testing
import Timekeeping
import Transport
import UsageDomain
import UsageSimulator
import Warehouse

@Suite(.database)
struct ChannelPassTests {
    /// A pass over one Infodeck organization whose days are stored in the database of the running test.
    struct Tower: Sendable {
        let vendor: InfodeckSimulator
        let warehouse: Warehouse
        let exchange: HTTPExchange
        let events = EventLog<[PassEvent]>([])
        var timeZone: String?
        /// Whose usage is asked for; nil for the organization that the key belongs to.
        var organizationID: String?
        var startDate: Day
        var now: @Sendable () -> Date = { Date() }

        // Keeping to one request a second, `isPaced`, is the source's own test otherwise.
        static func with(isPaced: Bool = false, _ body: @Sendable (Tower) async throws -> Void) async throws {
            let conninfo = try TestDatabase.current.conninfo
            try await withSimulator(world: World(seed: 1)) { simulator in
                let warehouse = Warehouse(
                    conninfo: conninfo, connections: 5, connectTimeout: .seconds(120), logger: .silent)
                var policy = RetryPolicy()
                policy.ladder = [.milliseconds(20)]
                policy.margin = .milliseconds(1)
                let exchange =
                    isPaced
                    ? try InfodeckSource.makeExchange(settings: HTTPSettings(userAgent: "tests"), logger: .silent)
                    : try HTTPExchange(
                        settings: HTTPSettings(userAgent: "tests"), budget: RequestBudget(allowance: 1_000_000),
                        policy: policy, logger: .silent)
                let tower = Tower(
                    vendor: simulator.infodeck, warehouse: warehouse, exchange: exchange,
                    startDate: try #require(Day("2025-01-01")))
                do {
                    try await body(tower)
                } catch {
                    await warehouse.close()
                    try await exchange.shutdown()
                    throw error
                }
                await warehouse.close()
                try await exchange.shutdown()
            }
        }

        func run(_ scope: PassScope) async throws -> PassReport {
            let source = ConfiguredSource(
                registration: SourceRegistration(
                    name: "tower", kind: "infodeck",
                    datasets: [
                        SourceRegistration.DatasetRegistration(
                            dataset: .channelUsage, startDate: startDate, settleAfter: .seconds(48 * 3600),
                            byUser: false)
                    ],
                    primary: .channelUsage),
                adapter: .channelUsage(
                    InfodeckSource(
                        endpoints: try Endpoints(
                            apiURL: vendor.baseURL, organizationID: organizationID ?? vendor.world.organizationID),
                        apiKey: APIKey(Transport.Secret(vendor.apiKey)), exchange: exchange, logger: .silent)),
                timeZone: timeZone)
            let events = events
            return try await Pass(
                warehouse: warehouse, sources: [source],
                settings: PassSettings(
                    lookbackDays: 3, widePassDays: 35, spoolDirectory: NSTemporaryDirectory(), version: "test",
                    timekeeper: Timekeeper(date: now), patience: DatabasePatience(delays: [])),
                onEvent: { events.append($0) }
            ).run(scope)
        }

        func backfill(_ range: String, refetching: Bool = false) async throws -> PassReport {
            try await run(.backfill(PassBench.days(range), refetching: refetching))
        }

        /// What the view shows: `2025-03-30|sms|12.5`.
        func stored() async throws -> [String] {
            try await texts(
                "SELECT concat_ws('|', usage_date, channel, trim_scale(units)) FROM usage.channel_usage_daily"
            ).sorted()
        }

        /// The vendor's units of local days, by Foundation's calendar.
        func truth(_ range: String, zone: String) throws -> [String] {
            var calendar = Calendar(identifier: .gregorian)
            calendar.timeZone = try #require(TimeZone(identifier: zone))
            func midnight(_ day: Day) throws -> Date {
                let (year, month, day) = day.components
                return calendar.startOfDay(
                    for: try #require(
                        calendar.date(from: DateComponents(year: year, month: month, day: day, hour: 12))))
            }
            return try PassBench.days(range).flatMap { day in
                let instants = try midnight(day)..<midnight(day.advanced(by: 1))
                return [
                    InfodeckWorld.Channel.sms: "sms", .whatsapp: "whatsapp", .email: "email", .sage: "sage",
                ].map { channel, name in "\(day)|\(name)|\(vendor.world.units(channel, in: instants))" }
            }.sorted()
        }

        func texts(_ sql: SQL) async throws -> [String] {
            try await warehouse.pool.withConnection { connection in
                try connection.query(sql).map { try $0.decode(String.self) }
            }
        }
    }

    @Test(arguments: ["Europe/Berlin", "Asia/Taipei", "America/St_Johns", "Pacific/Kiritimati"])
    func `days of the configured zone are stored exactly, short and long ones too`(zone: String) async throws {
        try await Tower.with { tower async throws in
            var tower = tower
            tower.timeZone = zone
            tower.vendor.alter { $0.hasFractions = true }
            for range in ["2025-03-27..2025-04-02", "2025-10-24..2025-11-04"] {
                #expect(try await tower.backfill(range).isComplete)
            }
            let truth =
                try tower.truth("2025-03-27..2025-04-02", zone: zone)
                + tower.truth("2025-10-24..2025-11-04", zone: zone)
            #expect(try await tower.stored() == truth.sorted())
            #expect(try await tower.texts("SELECT DISTINCT time_zone FROM usage.channel_usage_daily") == [zone])
            #expect(tower.vendor.entries.count { $0.endpoint == .usage } == 19)
        }
    }

    @Test func `without a configured zone the vendor's counts, and without either UTC with a warning`() async throws {
        try await Tower.with { tower async throws in
            #expect(try await tower.backfill("2025-05-05..2025-05-06").isComplete)
            #expect(try await tower.stored() == tower.truth("2025-05-05..2025-05-06", zone: "Asia/Taipei"))
            // The zone changes: the stored days are days of another zone, and owed anew.
            tower.vendor.alter { $0.timeZoneJSON = #""Nowhere/Land""# }
            #expect(try await tower.backfill("2025-05-05..2025-05-06").isComplete)
            #expect(try await tower.stored() == tower.truth("2025-05-05..2025-05-06", zone: "UTC"))
            let warnings = tower.events.value.compactMap { event in
                if case .timeZoneUnknown(_, let reason) = event { reason } else { nil }
            }
            #expect(warnings == ["the API states a time zone that is not known: Nowhere/Land"])
            #expect(
                try await tower.texts(
                    "SELECT DISTINCT old_time_zone || ' ' || new_time_zone FROM usage.channel_restatement")
                    == ["Asia/Taipei UTC"])
        }
    }

    @Test func `an organization that may not be read is ingested all the same`() async throws {
        try await Tower.with { tower async throws in
            tower.vendor.rewrite { $0.organizationIsClosed = true }
            #expect(try await tower.backfill("2025-05-05..2025-05-06").isComplete)
            #expect(try await tower.stored() == tower.truth("2025-05-05..2025-05-06", zone: "UTC"))
        }
    }

    @Test func `a configured zone that nobody knows is refused before anything is sent`() async throws {
        try await Tower.with { tower async throws in
            var tower = tower
            tower.timeZone = "Nowhere/Land"
            await #expect(throws: WarehouseError.unknownTimeZone("Nowhere/Land", source: "tower")) {
                _ = try await tower.backfill("2025-05-05..2025-05-06")
            }
            #expect(tower.vendor.entries.count { $0.endpoint == .usage } == 0)
        }
    }

    @Test func `today is not read, and it is the organization's today`() async throws {
        try await Tower.with { tower async throws in
            var tower = tower
            tower.timeZone = "Pacific/Kiritimati"
            let now = Date()
            tower.now = { now }
            let local = Day(containing: now.addingTimeInterval(14 * 3600))
            tower.startDate = local.advanced(by: -2)
            #expect(try await tower.run(.once).isComplete)
            let days = try await tower.texts(
                "SELECT DISTINCT usage_date::text FROM usage.channel_usage_daily ORDER BY 1")
            #expect(days == [local.advanced(by: -2), local.advanced(by: -1)].map(\.description))
            #expect(try await tower.texts("SELECT DISTINCT state FROM usage.coverage") == ["provisional"])
            #expect(try await tower.run(.once).summary.windowsPlanned == 0)
        }
    }

    @Test func `an unchanged refetch touches nothing, a restated day is journalled`() async throws {
        try await Tower.with { tower async throws in
            var tower = tower
            tower.timeZone = "UTC"
            _ = try await tower.backfill("2025-05-01..2025-05-10")
            let rows: SQL = "SELECT concat(ctid, xmin, fact) FROM ingest.channel_usage_row AS fact ORDER BY 1"
            let before = try await tower.texts(rows)
            #expect(try await tower.backfill("2025-05-01..2025-05-10", refetching: true).summary.rowsUnchanged == 40)
            #expect(try await tower.texts(rows) == before)
            let day = try #require(Day("2025-05-04"))
            tower.vendor.alter { $0.restate(day.start..<day.end) }
            _ = try await tower.backfill("2025-05-01..2025-05-10", refetching: true)
            #expect(try await tower.stored() == tower.truth("2025-05-01..2025-05-10", zone: "UTC"))
            #expect(
                try await tower.texts("SELECT DISTINCT usage_date::text FROM usage.channel_restatement") == [
                    "2025-05-04"
                ])
        }
    }

    @Test(arguments: [
        ("usageSms", "null"), ("usageWhatsapp", "-1"), ("usageEmail", #""5""#), ("usageSage", nil as String?),
    ])
    func `an answer that drifts from the contract fails its day, and keeps what is stored`(key: String, json: String?)
        async throws
    {
        try await Tower.with { tower async throws in
            _ = try await tower.backfill("2025-05-05..2025-05-05")
            let before = try await tower.stored()
            tower.vendor.rewrite { $0.counters[key] = .some(json) }
            let report = try await tower.backfill("2025-05-05..2025-05-06", refetching: true)
            #expect(report.summary.windowsFailed == 2)
            #expect(try await tower.stored() == before)
            let errors = try await tower.texts("SELECT last_error FROM usage.coverage WHERE last_error <> ''")
            #expect(errors.count == 2 && errors.allSatisfy { $0.contains(key) })
        }
    }

    @Test func `each closed month is asked for once as a whole, and a difference is shown`() async throws {
        try await Tower.with { tower async throws in
            var tower = tower
            tower.timeZone = "Europe/Berlin"
            _ = try await tower.backfill("2025-03-01..2025-04-10")
            func checks() async throws -> [String] {
                try await tower.texts(
                    "SELECT DISTINCT concat_ws(' ', first_day, stated_units = summed_units) FROM ingest.channel_month")
            }
            #expect(try await checks() == ["2025-03-01 t"])
            let asked = tower.vendor.entries.count { $0.endpoint == .usage }
            #expect(asked == 41 + 1)
            // Checked once.
            _ = try await tower.backfill("2025-03-01..2025-04-10")
            #expect(tower.vendor.entries.count { $0.endpoint == .usage } == asked)
            // A day whose answer is wrong shows in the sum of its month.
            let day = try #require(Day("2025-04-20"))
            _ = try await tower.backfill("2025-04-11..2025-04-20")
            tower.vendor.alter { $0.restate(day.start.addingTimeInterval(7200)..<day.end.addingTimeInterval(-7200)) }
            _ = try await tower.backfill("2025-04-21..2025-04-30")
            let differing = try await tower.texts(
                "SELECT DISTINCT first_day::text FROM usage.channel_month WHERE difference <> 0")
            #expect(differing == ["2025-04-01"])
            let told = tower.events.value.compactMap { event in
                if case .monthChecked(_, let month, let differences) = event, !differences.isEmpty {
                    "\(month)"
                } else {
                    nil
                }
            }
            #expect(told == ["2025-04"])
        }
    }

    @Test func `a refused key stops the source and is told apart`() async throws {
        try await Tower.with { tower async throws in
            tower.vendor.rewrite {
                $0.faults = [InfodeckFault(.usage, .status(401)), InfodeckFault(.organization, .status(401))]
            }
            let report = try await tower.backfill("2025-05-05..2025-05-06")
            #expect(report.sourceFailures.map(\.kind) == [.unauthenticated])
            #expect(try await tower.stored() == [])
        }
    }

    @Test(arguments: [403, 404])
    func `a closed endpoint suspends the organization instead of being asked day by day`(status: Int) async throws {
        try await Tower.with { tower async throws in
            tower.vendor.rewrite { $0.faults = [InfodeckFault(.usage, .status(status))] }
            let report = try await tower.backfill("2025-05-01..2025-05-30")
            #expect(report.sourceFailures.map(\.kind) == [.refused])
            #expect(tower.vendor.entries.count { $0.endpoint == .usage } <= PassSettings.standardWindowsAtOnce)
        }
    }
}
