import Ingest
import Postgres
import TestSupport
import Testing
import UsageDomain
import UsageSimulator

/// What the contract leaves open about Infodeck, each way it may turn out to be, as an operator sees it.
@Suite(.database)
struct UnknownChannelTests {
    typealias Tower = ChannelPassTests.Tower

    /// A way in which something may turn out, and what a pass over ``days`` then makes of it.
    struct Case: Sendable, CustomTestStringConvertible {
        enum Outcome: Sendable {
            /// The days of this zone are stored exactly.
            case whole(zone: String)
            /// Nothing is stored, and each day says why in a text that holds this.
            case failed(String)
        }

        /// The property of `InfodeckScript`.
        let knob: String
        let setting: String
        var script: @Sendable (inout InfodeckScript) -> Void = { _ in }
        var tower: @Sendable (inout Tower) -> Void = { _ in }
        var isPaced = false
        /// The zone of the vendor's organization, unless something hides it.
        var outcome = Outcome.whole(zone: "Asia/Taipei")

        var testDescription: String { "\(knob)=\(setting)" }
    }

    static let days = "2025-05-05..2025-05-06"

    static let table = ranges + organizations + answers

    private static let ranges = [
        Case(knob: "endDateIsIncluded", setting: "true", script: { $0.endDateIsIncluded = true }),
        // Lost is the last millisecond of a day; these days have nothing in it.
        Case(knob: "endDateIsIncluded", setting: "false", script: { $0.endDateIsIncluded = false }),
        Case(knob: "buckets", setting: "milliseconds", script: { $0.buckets = .milliseconds }),
        Case(
            knob: "buckets", setting: "utcDays", script: { $0.buckets = .utcDays }, tower: { $0.timeZone = "UTC" },
            outcome: .whole(zone: "UTC")),
        // Passes ask in milliseconds.
        Case(knob: "seconds", setting: "zero", script: { $0.seconds = .zero }),
        Case(knob: "seconds", setting: "refused", script: { $0.seconds = .refused }),
        Case(knob: "seconds", setting: "understood", script: { $0.seconds = .understood }),
        Case(knob: "impossibleRanges", setting: "taken", script: { $0.impossibleRanges = .taken }),
        Case(knob: "impossibleRanges", setting: "refused", script: { $0.impossibleRanges = .refused }),
    ]

    private static let organizations = [
        Case(
            knob: "strangeOrganizationStatus", setting: "403", script: { $0.strangeOrganizationStatus = 403 },
            tower: { $0.organizationID = "o-stranger" }, outcome: .failed("the key lacks a permission")),
        Case(
            knob: "strangeOrganizationStatus", setting: "404", script: { $0.strangeOrganizationStatus = 404 },
            tower: { $0.organizationID = "o-stranger" }, outcome: .failed("check organization-id")),
        Case(knob: "organizationIsClosed", setting: "false", script: { $0.organizationIsClosed = false }),
        Case(
            knob: "organizationIsClosed", setting: "true", script: { $0.organizationIsClosed = true },
            outcome: .whole(zone: "UTC")),
        Case(
            knob: "organizationIsClosed", setting: "true, with a zone of our own",
            script: { $0.organizationIsClosed = true }, tower: { $0.timeZone = "Asia/Taipei" }),
        Case(knob: "organizationIsWrapped", setting: "false", script: { $0.organizationIsWrapped = false }),
        Case(knob: "organizationIsWrapped", setting: "true", script: { $0.organizationIsWrapped = true }),
    ]

    private static let answers = [
        Case(knob: "allowsOneRequestASecond", setting: "false"),
        Case(
            knob: "allowsOneRequestASecond", setting: "true", script: { $0.allowsOneRequestASecond = true },
            isPaced: true),
        Case(knob: "counters", setting: "one more", script: { $0.counters = ["usageFax": "7"] }),
        Case(
            knob: "counters", setting: "one less", script: { $0.counters = ["usageSms": nil as String?] },
            outcome: .failed("data.usageSms is missing")),
    ]

    @Test(arguments: table)
    func `however an unknown turns out, what is stored is whole, or says why it is not`(unknown: Case) async throws {
        try await Tower.with(isPaced: unknown.isPaced) { tower async throws in
            var tower = tower
            unknown.tower(&tower)
            tower.vendor.rewrite(unknown.script)
            let report = try await tower.backfill(Self.days)
            let obstacles = try await tower.texts(
                "SELECT trim(concat_ws(' ', state, last_error)) FROM usage.coverage WHERE state <> 'gap'")
            #expect(obstacles.count == 2)
            switch unknown.outcome {
            case .whole(let zone):
                #expect(report.isComplete)
                #expect(try await tower.stored() == tower.truth(Self.days, zone: zone))
                #expect(obstacles == ["covered", "covered"])
                // Nothing was asked for that could be refused, but the organization that is closed. When requests that are
                // sent a second apart arrive depends on the machine; that they are sent so is the source's own test.
                #expect(
                    unknown.isPaced
                        || tower.vendor.entries.allSatisfy { $0.endpoint == .organization || $0.status == 200 })
            case .failed(let reason):
                #expect(!report.isComplete)
                #expect(try await tower.stored() == [])
                #expect(obstacles.allSatisfy { $0.hasPrefix("failed ") && $0.contains(reason) }, "\(obstacles)")
            }
        }
    }

    @Test(arguments: [(InfodeckScript.Buckets.milliseconds, false), (.utcDays, true)])
    func `days that are counted otherwise than they are cut show in the sum of their month`(
        buckets: InfodeckScript.Buckets, differs: Bool
    ) async throws {
        try await Tower.with { tower async throws in
            tower.vendor.rewrite { $0.buckets = buckets }
            _ = try await tower.backfill("2025-04-01..2025-04-30")
            let differing = try await tower.texts(
                "SELECT DISTINCT first_day::text FROM usage.channel_month WHERE difference <> 0")
            #expect(differing == (differs ? ["2025-04-01"] : []))
        }
    }

    @Test func `every knob of the script has its expectation`() {
        let knobs = Set(Mirror(reflecting: InfodeckScript()).children.compactMap(\.label)).subtracting(["faults"])
        #expect(Set(Self.table.map(\.knob)) == knobs)
    }
}
