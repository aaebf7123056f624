import FoundationEssentials
import Logging
import TestSupport
import Testing
import Timekeeping

@testable import Transport

@Suite(.inTurn)
struct RetryTests {
    @Test(arguments: [
        (400, 1), (401, 1), (403, 1), (404, 1), (408, 8), (409, 1), (413, 1), (415, 1), (500, 3), (501, 1),
        (502, 8), (503, 8), (504, 8),
    ])
    func `a refusal is repeated as often as its status deserves`(status: Int, requests: Int) async throws {
        let body = #"{"message":"Sorry","code":"some.code","status":\#(status),"contextId":"c-1"}"#
        try await ScriptedServer.run { _ in
            [ScriptedServer.answer(status, body: body)]
        } _: { server in
            try await Bench.run { bench in
                let failure = try #require(try await bench.failure(.get(server.baseURL + "/x?secret=1")))
                #expect(failure.status == status)
                #expect(failure.requestsSent == requests)
                #expect(server.requests.count == requests)
                #expect(failure.correlationID == "c-1")
                #expect(failure.isTransient == (requests > 1))
                let start = "GET \(server.baseURL)/x: status \(status), some.code: Sorry"
                #expect(failure.description.hasPrefix(start))
                #expect(failure.description.hasSuffix("correlation id c-1"))
                let ladder: [Duration] = [3, 9, 27, 60, 60, 60, 60].map { .seconds($0) * 0.5 }
                #expect(bench.waits == Array(ladder.prefix(requests - 1)))
            }
        }
    }

    @Test func `a request may ask for fewer attempts than the policy allows`() async throws {
        try await ScriptedServer.run { _ in
            [ScriptedServer.answer(503)]
        } _: { server in
            try await Bench.run { bench in
                var request = HTTPRequest.get(server.baseURL)
                request.attempts = 2
                let failure = try #require(try await bench.failure(request))
                #expect(failure.requestsSent == 2)
            }
        }
    }

    @Test func `after a 429 the silence asked for, a second and a chance are waited`() async throws {
        try await ScriptedServer.run { number in
            number == 1
                ? [ScriptedServer.answer(429, ["Retry-After: 42"], body: "{}")]
                : [ScriptedServer.answer(200, body: "ok")]
        } _: { server in
            try await Bench.run { bench in
                let text = try await bench.text(.get(server.baseURL))
                #expect(text == "ok")
                #expect(bench.waits == [.seconds(43.5)])
            }
        }
    }

    @Test func `a silence beyond three minutes is an error, and rests the whole budget`() async throws {
        try await ScriptedServer.run { _ in
            [ScriptedServer.answer(429, ["Retry-After: 181"], body: "{}")]
        } _: { server in
            try await Bench.run { bench in
                let first = try #require(try await bench.failure(.get(server.baseURL)))
                #expect(first.status == 429)
                #expect(first.retryAfter == .seconds(181))
                let second = try #require(try await bench.failure(.get(server.baseURL)))
                #expect(second.retryAfter == .seconds(182))
                #expect(second.requestsSent == 0)
                #expect(server.requests.count == 1)
                bench.clock.advance(by: .seconds(182))
                _ = try await bench.failure(.get(server.baseURL))
                #expect(server.requests.count == 2)
            }
        }
    }

    @Test func `one task's 429 silences the others`() async throws {
        let clock = TestClock()
        let budget = RequestBudget(share: 1, allowance: 6_100, timekeeper: Timekeeper(clock))
        await budget.rest(for: .seconds(30))
        let task = Task { try await budget.admit() }
        await clock.sleepers(1)
        #expect(await budget.silence == .seconds(30))
        clock.advance(by: .seconds(30))
        let outcome = try await task.value
        #expect(outcome == nil)
    }

    @Test func `waiting for a turn can be cancelled`() async throws {
        let clock = TestClock()
        let budget = RequestBudget(timekeeper: Timekeeper(clock))
        await budget.rest(for: .seconds(30))
        let task = Task { try await budget.admit() }
        await clock.sleepers(1)
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test func `nobody listening is tried eight times and proves that nothing was accepted`() async throws {
        let port = try DeafPort()
        try await Bench.run { bench in
            let failure = try #require(try await bench.failure(.post(port.url, repetition: .onlyIfNotAccepted)))
            guard case .unreachable = failure.kind else {
                Issue.record("\(failure)")
                return
            }
            #expect(failure.requestsSent == 8)
            #expect(failure.isSafeToRetry)
            #expect(bench.tally.doubtfulRepeats == 0)
        }
        withExtendedLifetime(port) {}
    }

    @Test func `a host without an address is unreachable`() async throws {
        try await Bench.run { bench in
            let failure = try #require(try await bench.failure(.get("http://nowhere.invalid/")))
            #expect(failure.isSafeToRetry)
            #expect(failure.isTransient)
        }
    }

    @Test(arguments: ["", "ftp://127.0.0.1/", "no url"])
    func `an impossible URL is refused without repeating`(url: String) async throws {
        try await Bench.run { bench in
            let failure = try #require(try await bench.failure(.get(url)))
            #expect(failure.requestsSent == 1)
            #expect(!failure.isTransient)
        }
    }

    @Test func `a submit that may have been accepted is repeated only when that does no harm, and counted`()
        async throws
    {
        try await ScriptedServer.run {
            $0 == 3 ? [ScriptedServer.answer(200)] : [.reset]
        } _: { server in
            try await Bench.run { bench in
                let failure = try #require(
                    try await bench.failure(.post(server.baseURL, repetition: .onlyIfNotAccepted)))
                #expect(failure.requestsSent == 1)
                #expect(!failure.isSafeToRetry)
                let text = try await bench.text(.post(server.baseURL, repetition: .costly))
                #expect(text == "")
                #expect(server.requests.count == 3)
                #expect(bench.tally.doubtfulRepeats == 1)
            }
        }
    }

    @Test func `a submit that was certainly not accepted is repeated`() async throws {
        try await ScriptedServer.run { number in
            switch number {
            case 1: [ScriptedServer.answer(503, ["Retry-After: 7"])]
            case 2: [ScriptedServer.answer(408)]
            case 3: [ScriptedServer.answer(429, ["Retry-After: 1"])]
            default: [ScriptedServer.answer(200)]
            }
        } _: { server in
            try await Bench.run { bench in
                _ = try await bench.text(.post(server.baseURL, repetition: .onlyIfNotAccepted))
                #expect(server.requests.count == 4)
                #expect(bench.tally.doubtfulRepeats == 0)
                #expect(bench.waits.prefix(2) == [.seconds(7), .seconds(4.5)])
            }
        }
    }

    @Test func `a 429 that asks for no silence gets the policy's, step by step`() {
        var policy = RetryPolicy()
        let failure = TransportError(
            .rateLimited(retryAfter: nil, ErrorBody(decoding: [], masking: [])), request: .get("http://a/"))
        func decision(_ attempts: Int) -> RetryPolicy.Decision {
            policy.decision(
                after: failure, repetition: .harmless, attempts: attempts, elapsed: .zero, jitter: 0.5)
        }
        #expect(decision(1) == .sendAgain(after: .seconds(1.5)))
        policy.unstatedSilences = [.seconds(30), .seconds(60)]
        #expect(decision(1) == .sendAgain(after: .seconds(31.5)))
        #expect(decision(2) == .sendAgain(after: .seconds(61.5)))
        #expect(decision(5) == .sendAgain(after: .seconds(61.5)))
        #expect(decision(8) == .giveUp)
    }

    @Test func `a repetition's wait can be cancelled`() async throws {
        let clock = TestClock()
        try await ScriptedServer.run { _ in
            [ScriptedServer.answer(503)]
        } _: { server in
            let timekeeper = Timekeeper(clock)
            let exchange = try HTTPExchange(
                settings: HTTPSettings(userAgent: "t"), budget: RequestBudget(timekeeper: timekeeper),
                timekeeper: timekeeper, logger: .init(label: "t"))
            let task = Task {
                try await exchange.send(.get(server.baseURL), tally: RequestTally()) { _ in WholeBody() }
            }
            await clock.sleepers(1)
            task.cancel()
            await #expect(throws: CancellationError.self) { _ = try await task.value }
            try await exchange.shutdown()
        }
    }

    @Test func `no wait begins that would end after the deadline`() {
        var policy = RetryPolicy()
        policy.deadline = .seconds(100)
        let failure = TransportError(.interrupted(""), request: .get("http://a/"))
        func decision(_ elapsed: Duration) -> RetryPolicy.Decision {
            policy.decision(after: failure, repetition: .harmless, attempts: 4, elapsed: elapsed, jitter: 0.5)
        }
        #expect(decision(.seconds(70)) == .sendAgain(after: .seconds(30)))
        #expect(decision(.seconds(71)) == .giveUp)
    }

    @Test(arguments: [
        ("0", 0), ("42", 42), (" 42 ", 42), ("Sun, 06 Nov 1994 08:49:37 GMT", 37), ("Sun, 06 Nov 1994 08:48:00 GMT", 0),
        ("99999999999", 31 * 86_400),
    ])
    func `Retry-After is seconds or a date by the server's clock`(value: String, seconds: Int) {
        let date = "Sun, 06 Nov 1994 08:49:00 GMT"
        #expect(RetryAfter.duration(value, date: date, now: Date()) == .seconds(seconds))
    }

    @Test(arguments: ["", "-1", "1.5", "soon", "Sun, 06 Foo 1994 08:49:37 GMT", "2025-01-01T00:00:00Z"])
    func `a Retry-After that says nothing is no silence`(value: String) {
        #expect(RetryAfter.duration(value, date: nil, now: Date()) == nil)
    }

    @Test func `without the server's clock a date is measured by ours`() {
        let now = Date(timeIntervalSince1970: 784_111_770)
        #expect(RetryAfter.duration("Sun, 06 Nov 1994 08:49:37 GMT", date: nil, now: now) == .seconds(7))
    }
}
