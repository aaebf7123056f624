import FoundationEssentials
import Testing

@testable import UsageSimulator

@Suite struct `A fault` {
    let query =
        #"{"interval":"2025-09-01/2025-09-14","granularity":"Day","groupBy":["OAuthClientId","TemplateUri","HttpMethod"]}"#

    @Test(arguments: [
        (400, "bad.request"), (401, "bad.credentials"), (403, "missing.any.permissions"), (404, "not.found"),
        (408, "request.timeout"), (409, "conflict"), (413, "request.entity.too.large"), (415, "unsupported.media.type"),
        (429, "too.many.requests.retry.after"), (500, "internal.server.error"), (503, "service.unavailable"),
        (504, "request.timeout"),
    ])
    func `answers each status of the contract in its form, with the headers of every answer`(
        _ status: Int,
        _ code: String
    ) async throws {
        let asker = try await Asker(script: Script(faults: [Fault(.submit, .nth(1), .status(status, retryAfter: 7))]))
        let answer = asker.submit(query)
        #expect(answer.status == status)
        #expect(try await answer.code() == code)
        #expect(answer.header("Retry-After") == "7")
        #expect(answer.header("inin-ratelimit-count") == "1")
        #expect(answer.header("ININ-Correlation-Id") != nil)
        #expect(asker.submit(query).status < 300)
    }

    @Test(arguments: Endpoint.allCases.filter { !$0.isOfScriptsAlone }, [400, 401, 403, 404, 408, 409, 413])
    func `can hit every endpoint with every refusal`(_ endpoint: Endpoint, _ status: Int) async throws {
        try await hit(endpoint, with: status)
    }

    @Test(arguments: Endpoint.allCases.filter { !$0.isOfScriptsAlone }, [415, 429, 500, 502, 503, 504])
    func `can hit every endpoint with every failure`(_ endpoint: Endpoint, _ status: Int) async throws {
        try await hit(endpoint, with: status)
    }

    private func hit(_ endpoint: Endpoint, with status: Int) async throws {
        let asker = try await Asker(world: World(seed: 1))
        asker.simulator.rewrite { $0.faults = [Fault(endpoint, .status(status))] }
        let client = "/api/v2/oauth/clients/\(asker.simulator.clientID)/usage"
        let answer =
            switch endpoint {
            case .token: Asker.askForToken(asker.simulator, id: asker.simulator.clientID, secret: "")
            case .organization: asker.get("/api/v2/organizations/me")
            case .clients: asker.get("/api/v2/oauth/clients")
            case .limits: asker.get("/api/v2/organizations/limits/namespaces/usage")
            case .submit: asker.submit(query)
            case .results: asker.get("/api/v2/usage/query/x/results")
            case .clientSubmit: asker.post("\(client)/query", query)
            case .clientSummary: asker.get("\(client)/summary")
            case .clientResults: asker.get("\(client)/query/results/x")
            case .searchSubmit: asker.post("/api/v2/usage/simplesearch", query)
            case .searchResults: asker.get("/api/v2/usage/simplesearch/x/results")
            case .jobsSubmit: asker.post("/api/v2/usage/aggregates/query/jobs", query)
            case .jobsResults: asker.get("/api/v2/usage/aggregates/query/jobs/x")
            case .clientJobsSubmit: asker.post("/api/v2/usage/client/x/aggregates/query/jobs", query)
            case .clientJobsResults: asker.get("/api/v2/usage/client/x/aggregates/query/jobs/x")
            default: asker.get("/api/v2/else")
            }
        #expect(answer.status == status)
        #expect(asker.simulator.ledger.entries.last?.endpoint == endpoint)
        #expect(asker.simulator.ledger.entries.last?.fault == "\(endpoint.rawValue)=\(status)")
    }

    @Test func `comes when it is due: nth, range, every`() async throws {
        let faults = [
            Fault(.organization, .nth(2), .status(500)),
            Fault(.organization, .range(4...5), .status(503)),
            Fault(.organization, .every(4), .status(504)),
        ]
        let asker = try await Asker(script: Script(faults: faults))
        let statuses = (1...8).map { _ in asker.get("/api/v2/organizations/me").status }
        #expect(statuses == [200, 500, 200, 503, 503, 200, 200, 504])
    }

    @Test func `can follow what an execution was submitted with`() async throws {
        let fault = Fault(.results, .nth(1), mentioning: "2025-09-03", .status(500))
        let asker = try await Asker(script: Script(faults: [fault]))
        let spared = try await asker.submitted(#"{"interval":"2025-09-01/2025-09-02"}"#)
        let hit = try await asker.submitted(#"{"interval":"2025-09-03/2025-09-04"}"#)
        #expect(asker.get(spared).status == 200)
        #expect(asker.get(hit).status == 500)
        #expect(asker.get(hit).status == 200)
    }

    @Test func `counts anew after the faults were rewritten`() async throws {
        let asker = try await Asker()
        _ = asker.get("/api/v2/organizations/me")
        asker.simulator.rewrite { $0.faults = [Fault(.organization, .nth(1), .status(500))] }
        #expect(asker.get("/api/v2/organizations/me").status == 500)
        asker.simulator.rewrite { $0.runningPolls = 0 }
        #expect(asker.get("/api/v2/organizations/me").status == 200)
    }

    @Test(arguments: ["Failed", "SomethingNew"])
    func `ends an execution with any status`(_ status: String) async throws {
        let asker = try await Asker(script: Script(faults: [Fault(.completeResults, .queryStatus(status))]))
        #expect(try await asker.fetch(query).text() == #"{"queryStatus":"\#(status)"}"#)
    }

    @Test func `sends HTML and any other bytes`() async throws {
        let faults = [
            Fault(.submit, .nth(1), .html(502)),
            Fault(.submit, .nth(2), .raw(200, contentType: "text/plain", body: "no JSON")),
        ]
        let asker = try await Asker(script: Script(faults: faults))
        let page = asker.submit(query)
        #expect(page.status == 502)
        #expect(page.contentType == "text/html")
        #expect(try await page.text().hasPrefix("<html>"))
        #expect(try await asker.submit(query).text() == "no JSON")
    }

    @Test func `expires the token for good`() async throws {
        let asker = try await Asker(script: Script(faults: [Fault(.results, .nth(1), .expireToken)]))
        let path = try await asker.submitted(query)
        #expect(asker.get(path).status == 401)
        #expect(asker.get(path).status == 401)
        #expect(asker.get(path, token: try await Asker.newToken(asker.simulator)).status == 200)
    }

    @Test func `caps an answer without a word`() async throws {
        let asker = try await Asker(script: Script(faults: [Fault(.completeResults, .always, .cap(rows: 10))]))
        #expect(try await asker.rows(query).count == 10)
    }

    @Test func `restates a day before it answers`() async throws {
        let day = World.Day(2025, 9, 3)
        let asker = try await Asker(script: Script(faults: [Fault(.submit, .nth(2), .restate([day]))]))
        let old = try await asker.rows(query)
        let new = try await asker.rows(query)
        #expect(Set(old) != Set(new))
        #expect(asker.simulator.world.restatements == [day: 1])
    }

    @Test(arguments: [
        (RowFault.wrongType, #""requests":"many""#), (.negative, #""status200":-1"#), (.fractional, #""requests":1.5"#),
        (.tooLarge, #""requests":9223372036854775808"#), (.nullCounter, #""status500":null"#),
        (.nullClient, #""clientId":null"#), (.nulCharacter, #""clientName":"a\u0000b""#),
        (.unknownField, #""region":{"#),
        (.dated(World.Day(1999, 1, 1)), #""date":"1999-01-01T00:00:00Z""#),
    ])
    func `spoils one row and no other`(_ fault: RowFault, _ text: String) async throws {
        let asker = try await Asker()
        let clean = try await asker.fetch(query).text()
        asker.simulator.rewrite { $0.faults = [Fault(.completeResults, .row(fault))] }
        let spoiled = try await asker.fetch(query).text()
        #expect(!clean.contains(text))
        #expect(spoiled.components(of: text) == 2)
        #expect(clean.components(of: #""clientId""#) == spoiled.components(of: #""clientId""#))
    }

    @Test func `leaves out a field and doubles a row, at any place`() async throws {
        let asker = try await Asker()
        let clean = try await asker.rows(query)
        asker.simulator.rewrite { $0.faults = [Fault(.completeResults, .row(RowFault(row: 5, .duplicate)))] }
        let doubled = try await asker.rows(query)
        #expect(doubled == Array(clean[...5] + clean[5...]))
        asker.simulator.rewrite {
            $0.faults = [Fault(.completeResults, .row(RowFault(row: 5, .remove(field: "requests"))))]
        }
        #expect(try await asker.rows(query)[5].requests == nil)
        asker.simulator.rewrite { $0.faults = [Fault(.completeResults, .row(.missingDate))] }
        #expect(try await asker.rows(query)[0].date == nil)
    }
}

@Suite struct `A fault as text` {
    @Test(arguments: [
        "results#2=503,retry-after:1", "submit#1-3=429", "token=401", "complete=truncate:1000", "complete#/5=cut:77",
        "results=hang", "submit#1=reset", "clients=html:502", "limits=stall:10", "organization=drip:10:50", "other=404",
        "complete#1=row:requests=-1", "complete#1=row@7:date=\"x=y\"", "complete=row:-requests",
        "complete=row:duplicate",
        "results#3=expire-token", "complete=cap:10000", "submit#2=restate:2025-09-01+2025-09-02", "results=delay:500",
        "results~2025-09-01=status:Failed",
        "search-complete#2=page:same-cursor", "client-jobs-complete=page:foreign-host", "client-summary~some-id=403",
    ])
    func `is read and written the same`(_ text: String) throws {
        #expect(try Fault(text).description == text)
    }

    @Test(arguments: [
        "", "submit", "nowhere=503", "submit#=503", "submit#0=503", "submit#3-1=503", "submit=99", "submit=503,later",
        "submit=cut", "submit=cut:x", "submit=explode", "submit=drip:0:1", "submit=restate:2025-02-30", "complete=row:",
        "complete=row@x:duplicate", "search-complete=page:", "search-complete=page:torn",
    ])
    func `is refused when it is none, with a hint`(_ text: String) {
        #expect { try Fault(text) } throws: { error in
            "\(error)".contains("ENDPOINT[#WHEN][~TEXT]=EFFECT")
        }
    }
}

extension String {
    /// Into how many parts a text divides this one.
    func components(of separator: String) -> Int {
        split(separator: separator, omittingEmptySubsequences: false).count
    }
}
