import FoundationEssentials
import TestSupport
import Testing
import UsageDomain
import UsageSimulator

@testable import Infodeck

/// Each thing that the contract leaves open, in each of its settings, as the probe sees it.
@Suite(.inTurn)
struct ProbeTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// The comparisons that fail.
        var failing: [ProbeReport.Comparison] = []
        var world: @Sendable (inout InfodeckWorld) -> Void = { _ in }
        var script: @Sendable (inout InfodeckScript) -> Void = { _ in }
    }

    static let cases = [
        Case(testDescription: "as expected"),
        Case(testDescription: "fractions", world: { $0.hasFractions = true }),
        Case(testDescription: "seconds are refused", script: { $0.seconds = .refused }),
        Case(testDescription: "seconds are understood", failing: [.seconds], script: { $0.seconds = .understood }),
        Case(testDescription: "the end is excluded, between events", script: { $0.endDateIsIncluded = false }),
        Case(testDescription: "whole UTC days", failing: [.halves, .twoDays], script: { $0.buckets = .utcDays }),
        Case(testDescription: "impossible ranges are taken", script: { $0.impossibleRanges = .taken }),
        Case(
            testDescription: "a day without traffic", failing: [.day],
            world: { $0.beginning = Tower.instant(2025, 10, 1) }),
        Case(
            testDescription: "a restatement before", world: { $0.restate(Tower.dayBefore) }),
    ]

    @Test(arguments: cases)
    func `the comparisons that must fail do, and no others`(_ trial: Case) async throws {
        try await Tower.run(alter: trial.script) { tower in
            tower.simulator.alter(trial.world)
            let report = try await tower.source.probe(day: Tower.day, dayBefore: Tower.dayBefore)
            #expect(report.findings.filter { !$0.holds }.map(\.comparison) == trial.failing)
            #expect(report.holds == trial.failing.isEmpty)
            #expect(report.requests == 6)
            #expect(tower.simulator.entries.count == 6)
        }
    }

    @Test func `an excluded end shows when an event is at the last millisecond of the first half`() async throws {
        try await Tower.run {
            $0.endDateIsIncluded = false
        } _: { tower in
            let event = tower.simulator.world.firstEvent(.email, from: Tower.day.lowerBound)
            let start = event.addingTimeInterval(0.001 - 12 * 3_600)
            let day = start..<start.addingTimeInterval(86_400)
            let before = start.addingTimeInterval(-86_400)..<start
            #expect(tower.simulator.world.hasEvent(.email, at: event))
            let excluded = try await tower.source.probe(day: day, dayBefore: before)
            #expect(excluded.findings[1].holds == false)
            tower.simulator.rewrite { $0.endDateIsIncluded = true }
            let included = try await tower.source.probe(day: day, dayBefore: before)
            #expect(included.holds)
        }
    }

    @Test func `a day that is changed meanwhile does not hold`() async throws {
        try await Tower.run(InfodeckFault(.usage, .nth(2), .raw(200, body: Self.ones))) { tower in
            let report = try await tower.source.probe(day: Tower.day, dayBefore: Tower.dayBefore)
            #expect(report.findings.map(\.holds) == [true, false, true, true])
        }
    }

    @Test(arguments: [
        (1, InfodeckFault.Effect.status(422), [ProbeReport.Comparison.day, .halves, .twoDays]),
        (2, .status(400), [.halves]), (3, .raw(200, body: "{}"), [.halves]), (4, .status(422), [.twoDays]),
        (5, .status(422), [.twoDays]), (6, .status(422), []), (6, .raw(200, body: "{}"), [.seconds]),
    ])
    func `a range that is refused is an answer`(
        number: Int, effect: InfodeckFault.Effect, failing: [ProbeReport.Comparison]
    ) async throws {
        try await Tower.run(InfodeckFault(.usage, .nth(number), effect)) { tower in
            let report = try await tower.source.probe(day: Tower.day, dayBefore: Tower.dayBefore)
            #expect(report.findings.filter { !$0.holds }.map(\.comparison) == failing)
        }
    }

    @Test(arguments: [401, 403, 404, 503])
    func `any other failure ends the probe`(status: Int) async throws {
        try await Tower.run(InfodeckFault(.usage, .status(status))) { tower in
            let failure = await #expect(throws: InfodeckError.self) {
                _ = try await tower.source.probe(day: Tower.day, dayBefore: Tower.dayBefore)
            }
            #expect(failure?.status == status)
        }
    }

    @Test func `the report names what was asked and answered`() async throws {
        try await Tower.run { script in
            script.seconds = .refused
            script.counters = ["usageSms": "3", "usageWhatsapp": "0", "usageEmail": "1.5", "usageSage": "7"]
        } _: { tower in
            let report = try await tower.source.probe(day: Tower.day, dayBefore: Tower.dayBefore)
            let units = "sms 3, whatsapp 0, email 1.5, sage 7"
            let refusal = """
                the range of time is refused; perhaps its unit or length is not what the API expects: \
                GET \(tower.simulator.baseURL)/organizations/o-tower/usage: status 422, \
                ValidationError: Input data validation failed.
                """
            #expect(
                "\(report)" == """
                    holds  a day with known traffic has units
                           2025-09-01T16:00:00Z..2025-09-02T16:00:00Z: \(units)
                    FAILS  its two halves add up to it
                           2025-09-01T16:00:00Z..2025-09-02T04:00:00Z: \(units)
                           2025-09-02T04:00:00Z..2025-09-02T16:00:00Z: \(units)
                    FAILS  it and the day before, asked for together, are the sum of both
                           2025-08-31T16:00:00Z..2025-09-01T16:00:00Z: \(units)
                           2025-08-31T16:00:00Z..2025-09-02T16:00:00Z: \(units)
                    holds  asked for in seconds instead of milliseconds, there is nothing or a refusal
                           2025-09-01T16:00:00Z..2025-09-02T16:00:00Z in seconds: \(refusal)
                    The API does not understand ranges of time as expected: its units must not be published.
                    """)
        }
    }

    private static let ones = #"{"data":{"usageSms":1,"usageWhatsapp":1,"usageEmail":1,"usageSage":1}}"#
}
