import FoundationEssentials
import TestSupport
import Testing
import UsageDomain
import UsageSimulator

@testable import Infodeck

@Suite(.inTurn)
struct UsageTests {
    @Test func `the units of a day are the truth, from its midnight to the last millisecond`() async throws {
        try await Tower.run { tower in
            tower.simulator.alter { $0.hasFractions = true }
            let (usage, requests) = try await tower.source.channelUsage(in: Tower.day)
            #expect(usage == tower.truth(in: Tower.day))
            #expect(Channel.allCases.allSatisfy { usage[$0] > 0 })
            #expect(usage.sage != Decimal(Int("\(usage.sage)".prefix { $0 != "." }) ?? 0), "no fraction: \(usage.sage)")
            #expect(requests == 1)
            let entry = try #require(tower.simulator.entries.first)
            #expect(entry.path == "/infodeck/organizations/o-tower/usage")
            #expect(entry.query == "startDate=1756742400000&endDate=1756828799999")
        }
    }

    @Test(
        arguments: [
            // New York, 2025-03-09 and 2025-11-02; the clocks change at two in the morning.
            (Tower.instant(2025, 3, 9, hour: 5), 23), (Tower.instant(2025, 11, 2, hour: 4), 25),
            // Lord Howe Island turns by half an hour.
            (Tower.instant(2025, 10, 4, hour: 13).addingTimeInterval(1_800), 23.5),
        ] as [(Date, Double)])
    func `a day of another length is asked for as it is`(start: Date, hours: Double) async throws {
        try await Tower.run { tower in
            tower.clock.advance(by: .seconds(40 * 86_400))
            let day = start..<start.addingTimeInterval(hours * 3_600)
            let usage = try await tower.source.channelUsage(in: day).0
            #expect(usage == tower.truth(in: day))
            let query = try #require(tower.simulator.entries.first?.query)
            let numbers = query.split { !$0.isNumber }.compactMap { Int64($0) }
            #expect(numbers.count == 2)
            #expect(numbers[1] - numbers[0] == Int64(hours * 3_600_000) - 1)
        }
    }

    @Test func `the days of a month add up to the month`() async throws {
        try await Tower.run { tower in
            let start = Tower.instant(2025, 8, 31, hour: 16)
            let days = (0..<5).map { number in
                start.addingTimeInterval(
                    Double(number) * 86_400)..<start.addingTimeInterval(Double(number + 1) * 86_400)
            }
            var sum = Decimal(0)
            for day in days { sum += try await tower.source.channelUsage(in: day).0.whatsapp }
            let whole = try await tower.source.channelUsage(in: start..<days[4].upperBound).0
            #expect(whole.whatsapp == sum)
        }
    }

    @Test func `a restated day is answered anew`() async throws {
        try await Tower.run { tower in
            let before = try await tower.source.channelUsage(in: Tower.day).0
            tower.simulator.alter { $0.restate(Tower.day) }
            let after = try await tower.source.channelUsage(in: Tower.day).0
            #expect(after.email > before.email)
            #expect(after == tower.truth(in: Tower.day))
            let dayBefore = try await tower.source.channelUsage(in: Tower.dayBefore).0
            #expect(dayBefore == tower.truth(in: Tower.dayBefore))
        }
    }

    @Test(arguments: [
        ("0", "0"), ("-0", "0"), ("0.000", "0"), ("0e9", "0"), ("12", "12"), ("1200", "1200"), ("1.50", "1.5"),
        ("1e3", "1000"), ("1.25E-2", "0.0125"), ("9223372036854775808", "9223372036854775808"),
        ("0.1", "0.1"), ("18446744073709551616.0001", "18446744073709551616.0001"),
        ("12345678901234567890123456789012345678", "12345678901234567890123456789012345678"),
        ("123456789012345678.90123456789012345678", "123456789012345678.90123456789012345678"),
    ])
    func `units of any size and fraction are kept exactly`(spelling: String, value: String) async throws {
        try await Tower.run {
            $0.counters = ["usageSms": spelling]
        } _: { tower in
            let usage = try await tower.source.channelUsage(in: Tower.day).0
            #expect("\(usage.sms)" == value)
        }
    }

    @Test(
        arguments: [
            ("usageSms", nil, "data.usageSms is missing"), ("usageSage", "null", "data.usageSage is null"),
            ("usageEmail", "-1", "data.usageEmail is -1, a negative number of units"),
            ("usageEmail", "-0.5", "a negative number"), ("usageWhatsapp", #""7""#, "data.usageWhatsapp"),
            ("usageWhatsapp", "true", "found a boolean, expected a number"), ("usageSms", "{}", "found an object"),
            ("usageSms", "NaN", "data.usageSms"), ("usageSms", "Infinity", "data.usageSms"),
            ("usageSms", "1.", "number"),
            ("usageSms", "01", "number"), ("usageSms", "1e400", "cannot be kept exactly"),
            ("usageSms", "1e99999999999999999999", "cannot be kept exactly"),
            ("usageSms", "0.123456789012345678901234567890123456789", "cannot be kept exactly"),
            (#"usageSms":1,"usageSms"#, "2", "the key \"usageSms\" occurs twice"),
        ] as [(String, String?, String)])
    func `a counter that is none is a bad answer that names the field`(
        key: String, json: String?, text: String
    ) async throws {
        try await Tower.run {
            $0.counters = [key: json]
        } _: { tower in
            let failure = try #require(try await tower.failure())
            #expect(failure.kind == .badAnswer)
            #expect(failure.requests == 1)
            #expect(failure.description.contains(text), "\(failure)")
            #expect(failure.description.hasPrefix("reading the usage of 2025-09-01T16:00:00Z..2025-09-02T16:00:00Z: "))
        }
    }

    @Test(arguments: [
        ("{}", "data.usageSms is missing"), (#"{"data":null}"#, "data.usageSms is null"),
        (#"{"data":[]}"#, "data at byte 8: found an array, expected an object"),
        (#"{"data":{}}"#, "data.usageSms is missing"),
        (#"{"usageSms":1,"usageWhatsapp":1,"usageEmail":1,"usageSage":1}"#, "data.usageSms is missing"),
        ("[]", "found an array"), ("", "empty"), ("null", "expected a JSON object"), ("<html>", "HTML"),
        (#"{"data":{"usageSms":1"#, "ends before"), (#"{"data":{}} x"#, "after the end"),
    ])
    func `success without usage is a bad answer, never zero`(body: String, text: String) async throws {
        try await Tower.run(InfodeckFault(.usage, .raw(200, body: body))) { tower in
            let failure = try #require(try await tower.failure())
            #expect(failure.kind == .badAnswer)
            #expect(failure.description.contains(text), "\(failure)")
        }
    }

    @Test func `keys that nobody knows are ignored`() async throws {
        try await Tower.run {
            $0.counters = ["usageFax": #"{"pages":[1]}"#]
        } _: { tower in
            let usage = try await tower.source.channelUsage(in: Tower.day).0
            #expect(usage == tower.truth(in: Tower.day))
        }
    }

    @Test func `an id with any characters cannot lead to another path`() async throws {
        let id = "../../x y?\u{E9}"
        try await Tower.run(organizationID: id) { tower in
            _ = try await tower.failure()
            #expect(tower.simulator.entries.map(\.endpoint) == [.usage])
        }
    }
}
