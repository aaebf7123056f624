import FoundationEssentials
import Synchronization
import TestSupport
import Testing

@testable import UsageSimulator

/// The fake itself: each switch in each of its settings, asked without a network.
@Suite(.inTurn) struct `The fake of Infodeck` {
    private static let noon = World.Day(2025, 10, 1).start.addingTimeInterval(12 * 3_600)
    private static let day = World.Day(2025, 9, 1).start..<World.Day(2025, 9, 2).start

    private let simulator = InfodeckSimulator(baseURL: "http://127.0.0.1:1", now: { noon })

    private func get(_ path: String, _ query: String = "", key: String? = nil) throws -> Answer {
        let request = IncomingRequest(method: "GET", path: "/infodeck" + path, query: query)
        return try #require(simulator.answer(request, apiKey: key ?? simulator.apiKey))
    }

    private func usage(_ first: Int64, _ last: Int64) throws -> Answer {
        try get("/organizations/o-tower/usage", "startDate=\(first)&endDate=\(last)")
    }

    private func sms(_ first: Int64, _ last: Int64) async throws -> Decimal {
        struct Body: Decodable {
            let data: [String: Decimal]
        }
        let answer = try usage(first, last)
        let body = try JSONDecoder().decode(Body.self, from: Data(try await answer.collectedBody()))
        return try #require(body.data["usageSms"])
    }

    private func milliseconds(_ instant: Date) -> Int64 {
        InfodeckWorld.milliseconds(instant)
    }

    @Test func `knows its key, its organization and its paths, and nothing else`() throws {
        let query = "startDate=1756684800000&endDate=1756771199999"
        #expect(try get("/organizations/o-tower/usage", query).status == 200)
        #expect(try get("/organizations/o-tower").status == 200)
        #expect(try get("/organizations/o-tower/usage", query, key: "S3cr3t").status == 401)
        #expect(try get("/organizations/o-tower", key: "").status == 401)
        #expect(try get("/organizations/o-tower/add-ons").status == 404)
        #expect(try get("/organizations/o-other/usage", query).status == 403)
        simulator.rewrite { $0.strangeOrganizationStatus = 404 }
        #expect(try get("/organizations/o-other/usage", query).status == 404)
        let other = IncomingRequest(method: "GET", path: "/api/v2/organizations/me")
        #expect(simulator.answer(other, apiKey: nil) == nil)
        #expect(simulator.entries.map(\.status) == [200, 200, 401, 401, 404, 403, 404])
    }

    @Test(arguments: [
        "", "startDate=1", "endDate=1", "startDate=1&endDate=", "startDate=1&endDate=2.5", "startDate=1&endDate=1e3",
        "startDate=-1&endDate=2", "startDate=a&endDate=b", "startDate=1&endDate=999999999999999999999",
    ])
    func `refuses what are no plain numbers`(query: String) throws {
        #expect(try get("/organizations/o-tower/usage", query).status == 422)
    }

    @Test func `sums by the millisecond, so that parts add up`() async throws {
        let (first, last) = (milliseconds(Self.day.lowerBound), milliseconds(Self.day.upperBound) - 1)
        let whole = try await sms(first, last)
        #expect(whole == simulator.world.units(.sms, in: Self.day))
        #expect(whole > 0)
        for middle in stride(from: first, to: last, by: 7_654_321) {
            #expect(try await sms(first, middle) + sms(middle + 1, last) == whole)
        }
    }

    @Test func `includes the end or not`() async throws {
        let event = milliseconds(simulator.world.firstEvent(.sms, from: Self.day.lowerBound))
        #expect(try await sms(event, event) > 0)
        #expect(try await sms(event - 1, event) > 0)
        #expect(try await sms(event + 1, event + 2) == 0)
        simulator.rewrite { $0.endDateIsIncluded = false }
        #expect(try await sms(event, event) == 0)
        #expect(try await sms(event - 1, event) == 0)
        #expect(try await sms(event, event + 1) > 0)
    }

    @Test func `counts whole UTC days or not`() async throws {
        let noon = milliseconds(Self.day.lowerBound) + 43_200_000
        let whole = simulator.world.units(.sms, in: Self.day)
        #expect(try await sms(noon, noon + 999) < whole)
        simulator.rewrite { $0.buckets = .utcDays }
        #expect(try await sms(noon, noon + 999) == whole)
    }

    @Test func `takes seconds for nothing, refuses them, or understands them`() async throws {
        let (first, last) = (milliseconds(Self.day.lowerBound) / 1_000, milliseconds(Self.day.upperBound) / 1_000 - 1)
        #expect(try await sms(first, last) == 0)
        simulator.rewrite { $0.seconds = .refused }
        #expect(try usage(first, last).status == 422)
        simulator.rewrite { $0.seconds = .understood }
        #expect(try await sms(first, last) == simulator.world.units(.sms, in: Self.day))
    }

    @Test func `refuses the future and what ends before it begins, or takes it`() async throws {
        let now = milliseconds(Self.noon)
        #expect(try usage(now - 86_400_000, now + 1).status == 422)
        #expect(try usage(now - 1, now - 2).status == 422)
        simulator.rewrite { $0.impossibleRanges = .taken }
        let past = simulator.world.units(.sms, in: Self.noon.addingTimeInterval(-86_400)..<Self.noon)
        #expect(try await sms(now - 86_400_000, now + 86_400_000) == past)
        #expect(try await sms(now - 1, now - 2) == 0)
        #expect(try await sms(now + 1, now + 86_400_000) == 0)
    }

    @Test func `allows one request a second or any number`() throws {
        let clock = Mutex(0.0)
        let simulator = InfodeckSimulator(
            baseURL: "", now: { Self.noon.addingTimeInterval(clock.withLock { $0 }) })
        func status(at second: Double) throws -> Int {
            clock.withLock { $0 = second }
            let request = IncomingRequest(method: "GET", path: "/infodeck/organizations/o-tower")
            return try #require(simulator.answer(request, apiKey: simulator.apiKey)).status
        }
        #expect(try [0, 0].map { try status(at: $0) } == [200, 200])
        simulator.rewrite { $0.allowsOneRequestASecond = true }
        #expect(try [1, 1.5, 2, 2.75, 3.5].map { try status(at: $0) } == [200, 429, 200, 429, 200])
    }

    @Test func `counts fractions of Sage alone, and restates a range alone`() {
        var world = InfodeckWorld(seed: 3)
        let before = InfodeckWorld.Channel.allCases.map { world.units($0, in: Self.day) }
        world.hasFractions = true
        let fractional = InfodeckWorld.Channel.allCases.map { world.units($0, in: Self.day) }
        #expect(fractional.dropLast() == before.dropLast())
        #expect(fractional[3] > before[3])
        let next = Self.day.upperBound..<Self.day.upperBound.addingTimeInterval(86_400)
        let unchanged = world.units(.email, in: next)
        world.restate(Self.day)
        #expect(world.units(.email, in: Self.day) > before[2])
        #expect(world.units(.email, in: next) == unchanged)
    }
}
