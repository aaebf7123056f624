import AsyncHTTPClient
import FoundationEssentials
import NIOCore
import NIOHTTP1
import Testing

@testable import UsageSimulator

@Suite(.timeLimit(.minutes(30))) struct `A clock that leaps` {
    let origin = World.Day(2025, 1, 21).start

    /// A clock on which next to no time passes by itself.
    private func slowClock(idleTime: Duration = .zero, barrier: World.Day = World.Day(2025, 1, 23)) -> SimulatedClock {
        SimulatedClock(origin: origin, pace: 1e-6, barrier: barrier.start, idleTime: idleTime)
    }

    private func hours(_ clock: SimulatedClock) -> Double {
        (clock.date.timeIntervalSince(origin) / 3_600 * 1_000).rounded() / 1_000
    }

    @Test func `runs at its pace, in every process that holds its time`() throws {
        let clock = SimulatedClock(origin: origin, pace: 500, barrier: origin)
        let time = clock.time
        let second: Int64 = 1_000_000_000
        #expect(time.elapsed(at: time.beginning) == 0)
        #expect(time.elapsed(at: time.beginning + 2 * second) == 1_000)
        let copy = try JSONDecoder().decode(SimulatedTime.self, from: Data(JSONText.encode(time)))
        #expect(copy == time)
        let (first, other, last) = (clock.date, copy.date, clock.date)
        #expect(first <= other)
        #expect(other <= last)
    }

    @Test func `leaps to the moment that is asked for, and never back`() {
        let clock = slowClock()
        #expect(clock.leap(to: origin.addingTimeInterval(6 * 3_600)) == clock.time)
        #expect(hours(clock) == 6)
        #expect(clock.leap(to: origin).leapt == clock.time.leapt)
        #expect(hours(clock) == 6)
    }

    @Test func `leaps to its barrier and no further, until that is moved`() {
        let clock = slowClock()
        _ = clock.leap(to: origin.addingTimeInterval(1_000 * 3_600))
        #expect(hours(clock) == 48)
        clock.barrier = World.Day(2025, 1, 24).start
        _ = clock.leap(to: origin.addingTimeInterval(1_000 * 3_600))
        #expect(hours(clock) == 72)
    }

    @Test func `does not leap while a request is under way`() {
        let clock = slowClock()
        var request: SimulatedClock.UnderWay? = clock.noteRequest()
        _ = clock.leap(to: origin.addingTimeInterval(3_600))
        #expect(hours(clock) == 0)
        #expect(request != nil)
        request = nil
        _ = clock.leap(to: origin.addingTimeInterval(3_600))
        #expect(hours(clock) == 1)
    }

    @Test func `does not leap right after an answer`() {
        let clock = slowClock(idleTime: .seconds(3_600))
        _ = clock.leap(to: origin.addingTimeInterval(3_600))
        #expect(hours(clock) == 1)
        _ = clock.noteRequest()
        _ = clock.leap(to: origin.addingTimeInterval(7_200))
        #expect(hours(clock) == 1)
    }

    @Test func `is what the whole simulator lives by, and is read and moved over HTTP`() async throws {
        let clock = slowClock(barrier: World.Day(2025, 2, 1))
        try await withSimulator(world: World(seed: 1), servesControl: true, clock: clock) { simulator in
            func clockPath(_ method: HTTPMethod, _ query: String = "") async throws -> (HTTPResponseStatus, Data) {
                var request = HTTPClientRequest(url: "\(simulator.baseURL)/simulator/clock\(query)")
                request.method = method
                let response = try await HTTPClient.shared.execute(request, timeout: .seconds(60))
                let body = try await response.body.collect(upTo: 65_536)
                return (response.status, Data(body.readableBytesView))
            }
            #expect(simulator.newestPublishedDay == World.Day(2025, 1, 20))
            let read = try JSONDecoder().decode(SimulatedTime.self, from: try await clockPath(.GET).1)
            #expect(read == clock.time)
            let target = origin.addingTimeInterval(25 * 3_600).timeIntervalSince1970
            let moved = try JSONDecoder().decode(
                SimulatedTime.self, from: try await clockPath(.POST, "?until=\(target)").1)
            #expect(moved == clock.time)
            #expect(hours(clock) == 25)
            #expect(simulator.newestPublishedDay == World.Day(2025, 1, 21))
            #expect(try await clockPath(.POST, "?until=tomorrow").0 == .badRequest)
            #expect(simulator.ledger.count == 0)
        }
    }

    @Test func `is released by a caller that never reads its answer`() async throws {
        let clock = slowClock()
        let script = Script(faults: [Fault(.token, .hang)])
        try await withSimulator(world: World(seed: 1), script: script, clock: clock) { simulator in
            var request = HTTPClientRequest(url: "\(simulator.baseURL)/oauth/token")
            request.method = .POST
            let asked = request
            let call = Task { try await HTTPClient.shared.execute(asked, timeout: .seconds(60)) }
            try await simulator.ledger.reaches(1, of: .token)
            #expect(clock.leap(to: origin.addingTimeInterval(3_600)).leapt == 0)
            call.cancel()
            _ = await call.result
            // The server learns of the closed connection in its own time.
            let limit = ContinuousClock.now + .seconds(60)
            while clock.leap(to: origin.addingTimeInterval(3_600)).leapt == 0, .now < limit { await Task.yield() }
            #expect(hours(clock) == 1)
        }
    }
}
