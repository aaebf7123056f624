import AsyncHTTPClient
import FoundationEssentials
import NIOCore
import NIOHTTP1
import TestSupport
import Testing

@testable import UsageSimulator

@Suite(.inTurn, .timeLimit(.minutes(30))) struct `A running simulator` {
    let query =
        #"{"interval":"2025-09-01/2025-09-14","granularity":"Day","groupBy":["OAuthClientId","TemplateUri","HttpMethod"]}"#

    @Test func `answers in chunks with the headers of the contract`() async throws {
        try await withCaller { caller in
            let response = try await caller.get("/api/v2/organizations/me")
            #expect(response.status == .ok)
            #expect(response.headers.first(name: "transfer-encoding") == "chunked")
            #expect(response.headers.first(name: "inin-ratelimit-allowed") == "300")
            #expect(response.headers.first(name: "ININ-Correlation-Id")?.utf8.count == 36)
            #expect(response.headers.first(name: "content-type") == "application/json")
        }
    }

    @Test func `dates its answers by its own clock, which a script may set wrong`() async throws {
        try await withCaller { caller in
            let right = try await caller.get("/api/v2/organizations/me")
            #expect(right.headers["date"] == ["\(HTTPDate(date: caller.simulator.now()))"])
            caller.simulator.rewrite { $0.clockError = .seconds(-86_400) }
            let wrong = try await caller.get("/api/v2/organizations/me")
            let yesterday = caller.simulator.now().addingTimeInterval(-86_400)
            #expect(wrong.headers["date"] == ["\(HTTPDate(date: yesterday))"])
        }
    }

    @Test(arguments: [
        (784_111_777.0, "Sun, 06 Nov 1994 08:49:37 GMT"), (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
        (1_709_251_199.9, "Thu, 29 Feb 2024 23:59:59 GMT"), (1_767_225_600, "Thu, 01 Jan 2026 00:00:00 GMT"),
    ])
    func `writes dates as HTTP does`(seconds: Double, text: String) {
        #expect("\(HTTPDate(date: Date(timeIntervalSince1970: seconds)))" == text)
    }

    @Test func `gives the truth over HTTP, and a ledger of how it was asked`() async throws {
        try await withCaller { caller in
            let path = try await caller.submit(query)
            #expect(try await caller.text(path) == #"{"queryStatus":"Running"}"#)
            let rows = try await caller.decoded(Results.self, path).results
            let truth = caller.simulator.world.rows(from: World.Day(2025, 9, 1), through: World.Day(2025, 9, 14))
            #expect(rows.tallied == truth.map(AnsweredRow.init).tallied)
            #expect(caller.simulator.ledger.entries.map(\.endpoint) == [.token, .submit, .results, .results])
        }
    }

    @Test func `streams a long answer in small pieces`() async throws {
        let world = World(seed: 1, size: World.Size(rowsADay: 20_000, isSteady: true))
        try await withCaller(world: world, running: 0) { caller in
            let path = try await caller.submit(query)
            let response = try await caller.get(path)
            var largest = 0
            var total = 0
            for try await piece in response.body {
                largest = max(largest, piece.readableBytes)
                total += piece.readableBytes
            }
            #expect(total > 80_000_000)
            #expect(largest < 4_000_000)
            let rows = caller.simulator.world.rows(from: World.Day(2025, 9, 1), through: World.Day(2025, 9, 14))
            #expect(rows.count == 280_000)
        }
    }

    @Test func `resets the connection in the middle of a body`() async throws {
        try await withCaller(faults: [Fault(.completeResults, .nth(1), .cut(afterBytes: 1_000))], running: 0) {
            caller in
            let path = try await caller.submit(query)
            await #expect(throws: (any Error).self) { try await caller.text(path) }
            #expect(try await caller.decoded(Results.self, path).queryStatus == "Complete")
        }
    }

    @Test func `resets the connection without an answer`() async throws {
        try await withCaller(faults: [Fault(.organization, .nth(1), .reset)]) { caller in
            await #expect(throws: (any Error).self) { try await caller.text("/api/v2/organizations/me") }
            #expect(caller.simulator.ledger.entries(of: .organization).map(\.status) == [nil])
            let status = try await caller.status("/api/v2/organizations/me")
            #expect(status == 200)
        }
    }

    @Test func `ends a body properly in the middle of its JSON`() async throws {
        try await withCaller(faults: [Fault(.completeResults, .truncate(afterBytes: 1_000))], running: 0) { caller in
            let text = try await caller.text(try await caller.submit(query))
            #expect(text.utf8.count == 1_000)
            #expect(text.hasPrefix(#"{"results":[{"clientId""#))
        }
    }

    @Test func `says nothing until the caller gives up`() async throws {
        try await withCaller(faults: [Fault(.organization, .nth(1), .hang)]) { caller in
            let waiting = Task { try await caller.get("/api/v2/organizations/me", timeout: .hours(1)) }
            // The fault is the first request's, so the caller gives up when that has arrived.
            try await caller.simulator.ledger.reaches(1, of: .organization)
            waiting.cancel()
            await #expect(throws: (any Error).self) { try await waiting.value }
            let status = try await caller.status("/api/v2/organizations/me")
            #expect(status == 200)
        }
    }

    @Test func `stalls in the middle of a body until the caller gives up`() async throws {
        try await withCaller(faults: [Fault(.completeResults, .stall(afterBytes: 500))], running: 0) { caller in
            let path = try await caller.submit(query)
            let response = try await caller.get(path)
            var received = 0
            for try await piece in response.body {
                received += piece.readableBytes
                guard received < 500 else { break }
            }
            #expect(received == 500)
        }
    }

    @Test func `drips and delays, and says all in the end`() async throws {
        let faults = [
            Fault(.organization, .nth(1), .drip(bytes: 20, every: .milliseconds(1))),
            Fault(.organization, .nth(2), .delay(.milliseconds(20))),
        ]
        try await withCaller(faults: faults) { caller in
            let plain = try await caller.text("/api/v2/organizations/me")
            #expect(try await caller.text("/api/v2/organizations/me") == plain)
            #expect(plain.hasSuffix("}"))
        }
    }

    @Test func `has paths of its own only where it was told so`() async throws {
        try await withCaller(servesControl: true) { caller in
            _ = try await caller.get("/api/v2/organizations/me")
            let shown = try await caller.text("/simulator/ledger")
            #expect(shown == String(decoding: LedgerLine.json(of: caller.simulator), as: UTF8.self))
            let restated = try await caller.post("/simulator/restate?day=2025-09-03", "")
            #expect(restated.status == .ok)
            #expect(caller.simulator.world.restatements == [World.Day(2025, 9, 3): 1])
            let refused = try await caller.post("/simulator/restate?day=2025-02-30", "")
            #expect(refused.status == .badRequest)
        }
        try await withCaller { caller in
            let status = try await caller.status("/simulator/ledger")
            #expect(status == 404)
        }
    }

    @Test func `shows the requests to both APIs in one ledger, and no key`() async throws {
        try await withCaller(servesControl: true) { caller in
            _ = try await caller.get("/api/v2/organizations/me")
            _ = try await caller.get("/infodeck/organizations/o-tower/usage?startDate=1&endDate=2")
            let lines = LedgerLine.all(of: caller.simulator)
            #expect(lines.map(\.api) == ["genesys", "genesys", "infodeck"])
            #expect(lines.map(\.endpoint) == ["token", "organization", "usage"])
            #expect(lines.map(\.number) == [1, 2, 1])
            #expect(lines.last?.path == "/infodeck/organizations/o-tower/usage")
            #expect(lines.last?.query == "startDate=1&endDate=2")
            let shown = try await caller.text("/simulator/ledger")
            #expect(shown.contains(#""api":"infodeck""#))
            #expect(!shown.contains(caller.simulator.infodeck.apiKey))
        }
    }

    @Test func `ends although a caller still waits, and frees its port`() async throws {
        let (addresses, announced) = AsyncStream<String>.makeStream()
        let port = try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for await address in addresses {
                    var request = HTTPClientRequest(url: address + "/oauth/token")
                    request.method = .POST
                    _ = try? await HTTPClient.shared.execute(request, timeout: .seconds(60))
                }
            }
            let script = Script(faults: [Fault(.token, .hang)])
            let port = try await withSimulator(world: World(seed: 1), script: script) { simulator in
                announced.yield(simulator.baseURL)
                announced.finish()
                try await simulator.ledger.reaches(1, of: .token)
                return Int(simulator.baseURL.split(separator: ":").last ?? "") ?? 0
            }
            try await group.waitForAll()
            return port
        }
        try await withSimulator(world: World(seed: 1), port: port) { simulator in
            #expect(simulator.baseURL == "http://127.0.0.1:\(port)")
        }
    }

    @Test func `says so when its port is taken`() async throws {
        try await withSimulator(world: World(seed: 1)) { simulator in
            let port = Int(simulator.baseURL.split(separator: ":").last ?? "") ?? 0
            await #expect(throws: (any Error).self) {
                try await withSimulator(world: World(seed: 1), port: port) { _ in }
            }
        }
    }

    @Test func `throws what its body throws`() async throws {
        struct Mishap: Error {}
        await #expect(throws: Mishap.self) {
            try await withSimulator(world: World(seed: 1)) { _ in throw Mishap() }
        }
    }
}

/// A caller of a running simulator who has a token.
struct Caller: Sendable {
    let simulator: Simulator
    let token: String

    func get(_ path: String, timeout: TimeAmount = .seconds(60)) async throws -> HTTPClientResponse {
        try await send(.GET, path, nil, timeout)
    }

    func post(_ path: String, _ body: String) async throws -> HTTPClientResponse {
        try await send(.POST, path, body, .seconds(60))
    }

    func status(_ path: String) async throws -> UInt {
        try await get(path).status.code
    }

    func text(_ path: String) async throws -> String {
        String(buffer: try await get(path).body.collect(upTo: 100_000_000))
    }

    func decoded<Value: Decodable>(_ type: Value.Type, _ path: String) async throws -> Value {
        try JSONDecoder().decode(type, from: Data(try await text(path).utf8))
    }

    /// Submits a query and returns the path of its results.
    func submit(_ query: String) async throws -> String {
        struct Submitted: Decodable { let resultsUri: String }
        let body = try await post("/api/v2/usage/query", query).body.collect(upTo: 10_000)
        return try JSONDecoder().decode(Submitted.self, from: Data(body.readableBytesView)).resultsUri
    }

    private func send(
        _ method: HTTPMethod,
        _ path: String,
        _ body: String?,
        _ timeout: TimeAmount
    ) async throws -> HTTPClientResponse {
        var request = HTTPClientRequest(url: simulator.baseURL + path)
        request.method = method
        request.headers.add(name: "Authorization", value: "Bearer \(token)")
        if let body {
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(ByteBuffer(string: body))
        }
        return try await HTTPClient.shared.execute(request, timeout: timeout)
    }
}

/// Runs a simulator and calls it.
func withCaller(
    world: World = World(seed: 7),
    faults: [Fault] = [],
    running: Int = 1,
    servesControl: Bool = false,
    _ body: @Sendable (Caller) async throws -> Void
) async throws {
    var script = Script(faults: faults)
    script.runningPolls = running
    let instant = World.Day(2025, 10, 1).start
    try await withSimulator(world: world, script: script, servesControl: servesControl, now: { instant }) { simulator in
        let token = try await Asker.newToken(simulator)
        try await body(Caller(simulator: simulator, token: token))
    }
}
