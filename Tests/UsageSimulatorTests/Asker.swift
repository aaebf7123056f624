import FoundationEssentials
import Synchronization

@testable import UsageSimulator

/// A clock that stands still until it is moved.
final class HandClock: Sendable {
    private let instant: Mutex<Date>

    init(_ start: World.Day = World.Day(2025, 10, 1), hour: Int = 12) {
        instant = Mutex(start.start.addingTimeInterval(Double(hour) * 3_600))
    }

    var now: Date { instant.withLock { $0 } }

    func advance(by duration: Duration) {
        instant.withLock { $0.addTimeInterval(duration / .seconds(1)) }
    }
}

/// Asks a simulator without a network, with a token already in hand.
struct Asker {
    let simulator: Simulator
    let clock: HandClock
    private let token: String

    init(
        world: World = World(seed: 7),
        script: Script = Script(),
        credentials: [Credential]? = nil,
        clock: HandClock = HandClock()
    ) async throws {
        simulator = Simulator(
            baseURL: "http://127.0.0.1:1",
            world: world,
            script: script,
            credentials: credentials,
            now: { clock.now }
        )
        self.clock = clock
        token = try await Asker.newToken(simulator)
    }

    /// Asks for a token as the contract describes.
    static func askForToken(_ simulator: Simulator, id: String, secret: String) -> Answer {
        simulator.answer(
            IncomingRequest(
                method: "POST",
                path: "/oauth/token",
                authorization: "Basic " + Data("\(id):\(secret)".utf8).base64EncodedString(),
                contentType: "application/x-www-form-urlencoded",
                body: Array("grant_type=client_credentials".utf8)
            )
        )
    }

    static func newToken(_ simulator: Simulator) async throws -> String {
        struct Issued: Decodable { let access_token: String }
        let answer = askForToken(simulator, id: simulator.clientID, secret: simulator.clientSecret)
        return try await answer.decoded(Issued.self).access_token
    }

    func get(_ path: String, query: String = "", token: String? = nil) -> Answer {
        simulator.answer(
            IncomingRequest(method: "GET", path: path, query: query, authorization: "Bearer \(token ?? self.token)")
        )
    }

    func submit(_ body: String, contentType: String = "application/json") -> Answer {
        post("/api/v2/usage/query", body, contentType: contentType)
    }

    func post(_ path: String, _ body: String, contentType: String = "application/json", token: String? = nil) -> Answer
    {
        simulator.answer(
            IncomingRequest(
                method: "POST",
                path: path,
                authorization: "Bearer \(token ?? self.token)",
                contentType: contentType,
                body: Array(body.utf8)
            )
        )
    }

    /// Submits and returns the path of the results.
    func submitted(_ body: String) async throws -> String {
        try await submit(body).decoded(Submitted.self).resultsUri
    }

    /// Submits, polls until it is no longer running, and returns the last answer.
    func fetch(_ body: String) async throws -> Answer {
        try await complete(try await submitted(body))
    }

    /// Polls until it is no longer running, and returns the last answer.
    func complete(_ path: String, query: String = "") async throws -> Answer {
        while true {
            let answer = get(path, query: query)
            guard try await answer.text() == #"{"queryStatus":"Running"}"# else { return answer }
        }
    }

    /// The rows of a complete answer.
    func rows(_ body: String) async throws -> [AnsweredRow] {
        try await fetch(body).decoded(Results.self).results
    }
}

/// What any submit of the older family answers.
struct Submitted: Decodable {
    let executionId, resultsUri: String
}

struct Results: Decodable {
    struct Cursors: Decodable {
        let after: String?
    }

    let results: [AnsweredRow]
    let queryStatus: String
    let cursors: Cursors?
}

extension Asker {
    /// The rows of a client's query.
    func clientRows(_ clientID: String, _ body: String) async throws -> [AnsweredRow] {
        let answer = post("/api/v2/oauth/clients/\(clientID)/usage/query", body)
        return try await complete(try await answer.decoded(Submitted.self).resultsUri).decoded(Results.self).results
    }

    /// The rows of a client's summary.
    func summaryRows(_ clientID: String, query: String = "") async throws -> [AnsweredRow] {
        let answer = get("/api/v2/oauth/clients/\(clientID)/usage/summary", query: query)
        return try await complete(try await answer.decoded(Submitted.self).resultsUri).decoded(Results.self).results
    }

    /// Where the results of a simple search are.
    func searched(_ body: String) async throws -> String {
        try await post("/api/v2/usage/simplesearch", body).decoded(Submitted.self).resultsUri
    }

    /// All pages of a simple search, or so many of them.
    func pages(_ body: String, pageSize: Int? = 1_000, most: Int = 100) async throws -> [Results] {
        let path = try await searched(body)
        let size = pageSize.map { "pageSize=\($0)" } ?? ""
        var pages: [Results] = []
        var query = size
        while pages.count < most {
            let page = try await complete(path, query: query).decoded(Results.self)
            pages.append(page)
            guard let after = page.cursors?.after, !after.isEmpty else { break }
            query = size + "&after=" + encoded(after)
        }
        return pages
    }

    func encoded(_ cursor: String) -> String {
        cursor.utf8.map { "%" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}

/// A row as a reader of the contract would decode it.
struct AnsweredRow: Decodable, Hashable {
    let clientId, clientName, organizationId, userId, templateUri, httpMethod: String
    let status200, status300, status400, status500, status429, requests: Int64?
    let date: String?
}

extension AnsweredRow {
    /// A row of truth as it must be answered.
    init(_ row: World.Row) {
        clientId = row.clientID
        clientName = row.clientName
        organizationId = row.organizationID
        userId = row.userID
        templateUri = row.templateURI
        httpMethod = row.httpMethod
        status200 = row.counts.status200
        status300 = row.counts.status300
        status400 = row.counts.status400
        status500 = row.counts.status500
        status429 = row.counts.status429
        requests = row.requests
        date = row.day.map { "\($0)T00:00:00Z" }
    }
}

extension Answer {
    func text() async throws -> String {
        String(decoding: try await collectedBody(), as: UTF8.self)
    }

    func decoded<Value: Decodable>(_ type: Value.Type) async throws -> Value {
        try JSONDecoder().decode(type, from: Data(try await collectedBody()))
    }

    func header(_ name: String) -> String? {
        headers.first { $0.name == name }?.value
    }

    /// The `code` of an error body.
    func code() async throws -> String {
        struct Refusal: Decodable { let code: String }
        return try await decoded(Refusal.self).code
    }
}

extension Sequence where Element: Hashable {
    /// How often each element occurs: equality without order.
    var tallied: [Element: Int] {
        reduce(into: [:]) { $0[$1, default: 0] += 1 }
    }
}
