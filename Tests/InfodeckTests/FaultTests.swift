import FoundationEssentials
import InMemoryLogging
import Logging
import TestSupport
import Testing
import Transport
import UsageDomain
import UsageSimulator

@testable import Infodeck

@Suite(.inTurn)
struct FaultTests {
    @Test(arguments: [
        (400, FetchFailureKind.badAnswer, 1, "the range of time is refused"),
        (401, .unauthenticated, 1, "check api-key"), (403, .refused, 1, "access is forbidden"),
        (404, .refused, 1, "check organization-id"), (408, .unavailable, 8, "status 408"),
        (409, .refused, 1, "status 409"), (422, .badAnswer, 1, "the range of time is refused"),
        (429, .rateLimited(retryAfter: .seconds(900)), 8, "status 429"), (500, .unavailable, 3, "status 500"),
        (501, .unavailable, 1, "status 501"), (502, .unavailable, 8, "status 502"),
        (503, .unavailable, 8, "status 503"), (504, .unavailable, 8, "status 504"),
    ])
    func `a status that stays means what the contract says, whatever its body`(
        status: Int, kind: FetchFailureKind, requests: Int, text: String
    ) async throws {
        for effect: InfodeckFault.Effect in [
            .status(status), .gateway(status), .html(status), .raw(status, body: ""), .raw(status, body: "7"),
        ] {
            try await Tower.run(InfodeckFault(.usage, effect)) { tower in
                let failure = try #require(try await tower.failure())
                #expect(failure.kind == kind)
                #expect(failure.status == status)
                #expect(failure.requests == requests)
                #expect(failure.description.contains(text), "\(failure)")
                #expect(tower.simulator.entries.count == requests)
            }
        }
    }

    @Test func `what the body says is told`() async throws {
        let bodies: [(InfodeckFault.Effect, String)] = [
            (.status(403), "Forbidden: Access to the requested resource is forbidden."),
            (.gateway(403), "Refused by the gateway"), (.html(403), "an HTML or XML page"),
        ]
        for (effect, text) in bodies {
            try await Tower.run(InfodeckFault(.usage, effect)) { tower in
                let failure = try #require(try await tower.failure())
                #expect(failure.description.contains("status 403, \(text)"), "\(failure)")
            }
        }
    }

    @Test func `a steady 403 names its four causes`() async throws {
        try await Tower.run(InfodeckFault(.usage, .status(403))) { tower in
            let text = try #require(try await tower.failure()).description
            for cause in [
                "closed to API keys", "lacks a permission", "the plan is neither", "no longer an administrator",
            ] {
                #expect(text.contains(cause))
            }
        }
    }

    @Test(arguments: [
        InfodeckFault.Effect.reset, .cut(afterBytes: 5), .status(500), .html(502), .status(503), .gateway(504),
        .status(429), .status(429, headers: [("Retry-After", "20")]), .status(408),
    ])
    func `a fault that passes leaves no trace`(effect: InfodeckFault.Effect) async throws {
        try await Tower.run(InfodeckFault(.usage, .range(1...2), effect)) { tower in
            let (usage, requests) = try await tower.source.channelUsage(in: Tower.day)
            #expect(usage == tower.truth(in: Tower.day))
            #expect(requests == 3)
        }
    }

    @Test func `an answer cut short is a bad answer`() async throws {
        try await Tower.run(InfodeckFault(.usage, .truncate(afterBytes: 30))) { tower in
            let failure = try await tower.failure()
            #expect(failure?.kind == .badAnswer)
        }
    }

    @Test func `a server that is silent is unavailable`() async throws {
        try await Tower.run(InfodeckFault(.usage, .hang), silenceTimeout: .milliseconds(20)) { tower in
            let failure = try #require(try await tower.failure())
            #expect(failure.kind == .unavailable)
            #expect(failure.requests == 8)
        }
    }

    // MARK: Refused for being too many

    @Test(
        arguments: [
            ([("Retry-After", "20")], 20),
            ([("X-RateLimit-Reset", "17")], 17), ([("RateLimit-Reset", "18")], 18),
            ([("Retry-After", "5"), ("X-RateLimit-Reset", "60")], 5), ([("X-RateLimit-Reset", "never")], 30),
            ([("X-RateLimit-Reset", "1")], 1), ([("X-RateLimit-Reset", "-4")], 30), ([], 30),
        ] as [([(String, String)], Int)])
    func `after a 429 the silence asked for is kept`(headers: [(String, String)], seconds: Int) async throws {
        let effect = InfodeckFault.Effect.status(429, headers: headers.map { (name: $0.0, value: $0.1) })
        try await Tower.run(InfodeckFault(.usage, .nth(1), effect)) { tower in
            _ = try await tower.source.channelUsage(in: Tower.day)
            #expect(tower.clock.waits.first == .seconds(seconds) + .seconds(1.5))
        }
    }

    @Test(arguments: ["X-RateLimit-Reset", "RateLimit-Reset"], [1.0, 1_000])
    func `the silence may be told as an instant, in seconds or milliseconds`(
        header: String, scale: Double
    ) async throws {
        let instant = Int((Tower.beginning.timeIntervalSince1970 + 170) * scale)
        let effect = InfodeckFault.Effect.status(429, headers: [(header, "\(instant)")])
        try await Tower.run(InfodeckFault(.usage, .nth(1), effect)) { tower in
            _ = try await tower.source.channelUsage(in: Tower.day)
            #expect(tower.clock.waits.first == .seconds(171.5))
        }
    }

    @Test func `without a word about time the silence is doubled up to a quarter of an hour`() async throws {
        try await Tower.run(InfodeckFault(.usage, .status(429))) { tower in
            _ = try await tower.failure()
            let times = tower.simulator.entries.map(\.time)
            let gaps = zip(times.dropFirst(), times).map { $0.timeIntervalSince($1).rounded(.down) }
            #expect(gaps == [31, 61, 121, 241, 481, 901, 901])
        }
    }

    @Test func `a silence that is too long to wait for is told, and nothing more is sent`() async throws {
        let effect = InfodeckFault.Effect.status(
            429, headers: [("X-RateLimit-Reset", "600"), ("X-RateLimit-Limit", "60"), ("RateLimit-Policy", "60;w=60")])
        try await Tower.run(InfodeckFault(.usage, effect)) { tower in
            let failure = try #require(try await tower.failure())
            #expect(failure.kind == .rateLimited(retryAfter: .seconds(600)))
            #expect(failure.description.contains("X-RateLimit-Limit: 60, RateLimit-Policy: 60;w=60"), "\(failure)")
            #expect(await tower.source.silence > .seconds(590))
            let second = try #require(try await tower.failure())
            #expect(second.requests == 0)
            guard case .rateLimited = second.kind else {
                Issue.record("\(second)")
                return
            }
            #expect(tower.simulator.entries.count == 1)
        }
    }

    // MARK: The key

    @Test(arguments: ["idt_live_S3cr3t", "S3cr3t wrong", "idk_S3cr3t\nX-Other: 1", "S3cr3t\u{E9}", ""])
    func `a wrong key is told as such`(key: String) async throws {
        try await Tower.run(key: key) { tower in
            let failure = try #require(try await tower.failure())
            #expect(failure.kind == .unauthenticated)
            #expect(failure.description.contains("api-key"))
            #expect(!failure.description.contains("S3cr3t"))
            let refusal = await #expect(throws: InfodeckError.self) {
                _ = try await tower.source.organizationProfile()
            }
            #expect(refusal?.kind == .unauthenticated)
        }
    }

    @Test func `the key is in no error and no log line, even if the server repeats it`() async throws {
        let handler = InMemoryLogHandler()
        var logger = Logger(label: "test", factory: { _ in handler })
        logger.logLevel = .trace
        for status in [400, 401, 403, 404, 422, 500] {
            try await Tower.run(logger: logger) { tower in
                let echo = #"{"error":"\#(tower.simulator.apiKey)","message":"key \#(tower.simulator.apiKey) is odd"}"#
                tower.simulator.rewrite { $0.faults = [InfodeckFault(.usage, .raw(status, body: echo))] }
                let failure = try #require(try await tower.failure())
                var dumped = ""
                dump(failure, to: &dumped)
                #expect(failure.description.contains("***"))
                #expect(!failure.description.contains("S3cr3t"))
                #expect(!dumped.contains("S3cr3t"))
                #expect(!"\(tower.source.apiKey)".contains("S3cr3t"))
            }
        }
        #expect(!handler.entries.isEmpty)
        #expect(!handler.entries.contains { "\($0)".contains("S3cr3t") })
    }

    @Test(arguments: [
        ("idt_live_S3cr3tS3cr3tS3cr3tS3cr3tS3cr3tAB", true), ("idk_S3cr3t", false), ("idt_live_S3cr3t", false),
        ("idt_live_S3cr3tS3cr3tS3cr3tS3cr3tS3cr3t-B", false), ("", false),
    ])
    func `an odd key is noticed and not quoted`(key: String, isUsual: Bool) {
        let oddity = APIKey(Secret(key)).oddity
        #expect((oddity == nil) == isUsual)
        #expect(oddity?.contains("S3cr3t") != true)
    }
}
