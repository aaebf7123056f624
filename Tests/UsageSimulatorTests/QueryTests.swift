import Synchronization
import Testing

@testable import UsageSimulator

@Suite struct `An interval` {
    @Test(arguments: [
        ("2020-02-01/2020-02-28", "2020-02-01", "2020-02-28"),
        ("2020-01/2020-06", "2020-01-01", "2020-06-30"),
        ("2023-12/2024-02", "2023-12-01", "2024-02-29"),
        ("2020/2021-06-30", "2020-01-01", "2021-06-30"),
        ("2020/2020", "2020-01-01", "2020-12-31"),
        ("2024-01-01T00:00:00.000Z/2024-01-31T23:59:59.999Z", "2024-01-01", "2024-01-31"),
        ("2024-01-01T00:00:00/2024-01-02T00:00:00", "2024-01-01", "2024-01-02"),
        ("2024-01-01T00:00Z/2024-01-02T12:30Z", "2024-01-01", "2024-01-02"),
        ("2024-01-01T23:00:00-02:00/2024-01-03T01:00:00+0200", "2024-01-02", "2024-01-02"),
        ("2024-01-01/2024-01-02T23:59:59.999999Z", "2024-01-01", "2024-01-02"),
    ])
    func `includes its end, in every form of the contract`(_ text: String, _ first: String, _ last: String) throws {
        let interval = try #require(Interval(text, midnightEndIncludesDay: true))
        #expect(interval.days?.lowerBound.description == first)
        #expect(interval.days?.upperBound.description == last)
    }

    @Test func `ends before a midnight where the script says so`() throws {
        let text = "2024-01-01T00:00:00Z/2024-01-02T00:00:00Z"
        #expect(Interval(text, midnightEndIncludesDay: false)?.days?.upperBound == World.Day(2024, 1, 1))
        #expect(
            Interval("2024-01-01/2024-01-02", midnightEndIncludesDay: false)?.days?.upperBound == World.Day(2024, 1, 2))
    }

    @Test func `that ends before it starts is empty and no error`() throws {
        let interval = try #require(Interval("2020/2019-06-30", midnightEndIncludesDay: true))
        #expect(interval.days == nil)
    }

    @Test(arguments: [
        "", "2020-02-01", "2020-02-01/", "/2020-02-01", "2020-02-30/2020-03-01", "2020-02-01/x", "2020-2-1/2020-2-2",
        "2020-02-01/2020-02-02/2020-02-03", "2020-02-01T25:00Z/2020-02-02", "2020-02-01 /2020-02-02", "today/tomorrow",
    ])
    func `is refused when it is none`(_ text: String) {
        #expect(Interval(text, midnightEndIncludesDay: true) == nil)
    }
}

@Suite struct `A submitted query` {
    let days = (World.Day(2025, 9, 1), World.Day(2025, 9, 14))

    @Test func `is answered with 202 and 200 in turn, an id and a relative path`() async throws {
        let asker = try await Asker()
        var statuses: [Int] = []
        for _ in 0..<4 {
            let answer = asker.submit(#"{"interval":"2025-09-01/2025-09-02"}"#)
            let body = try await answer.decoded(Submitted.self)
            statuses.append(answer.status)
            #expect(body.resultsUri == "/api/v2/usage/query/\(body.executionId)/results")
        }
        #expect(statuses == [202, 200, 202, 200])
    }

    @Test func `is running before it is complete`() async throws {
        var script = Script()
        script.runningPolls = 2
        script.runningTime = .seconds(30)
        let asker = try await Asker(script: script)
        let path = try await asker.submitted(#"{"interval":"2025-09-01/2025-09-02"}"#)
        for _ in 0..<3 {
            #expect(try await asker.get(path).text() == #"{"queryStatus":"Running"}"#)
        }
        asker.clock.advance(by: .seconds(30))
        #expect(try await asker.get(path).decoded(Results.self).queryStatus == "Complete")
    }

    @Test func `answers exactly the truth, at every grouping and granularity`() async throws {
        let asker = try await Asker()
        for grouping in [[.oauthClient], [.oauthClient, .templateURI, .httpMethod], World.Grouping.allCases] {
            for granularity in World.Granularity.allCases {
                let names = grouping.map { "\"\($0.rawValue)\"" }.joined(separator: ",")
                let rows = try await asker.rows(
                    """
                    {"interval":"2025-09-01/2025-09-14","granularity":"\(granularity.rawValue)","groupBy":[\(names)],"more":{}}
                    """
                )
                let truth = asker.simulator.world
                    .rows(from: days.0, through: days.1, groupedBy: Set(grouping), granularity: granularity)
                #expect(rows.tallied == truth.map(AnsweredRow.init).tallied)
            }
        }
    }

    @Test func `of an interval alone is grouped by client, without dates`() async throws {
        let asker = try await Asker()
        let rows = try await asker.rows(#"{"interval":"2025-09-01/2025-09-14"}"#)
        let truth = asker.simulator.world
            .rows(from: days.0, through: days.1, groupedBy: [.oauthClient], granularity: nil)
        #expect(rows.tallied == truth.map(AnsweredRow.init).tallied)
        #expect(rows.allSatisfy { $0.date == nil && $0.templateUri == "" })
    }

    @Test func `has 0 or nothing for metrics that were not selected`() async throws {
        let body = #"{"interval":"2025-09-01/2025-09-14","metrics":["Requests","Status429"]}"#
        let asker = try await Asker()
        #expect(
            try await asker.rows(body).allSatisfy { $0.status200 == 0 && $0.status429 != nil && $0.requests ?? 0 > 0 })
        asker.simulator.rewrite { $0.unselectedMetrics = .absent }
        #expect(
            try await asker.rows(body).allSatisfy { $0.status200 == nil && $0.status429 != nil && $0.requests ?? 0 > 0 }
        )
    }

    @Test func `never tells today, nor a day before the publish lag is over`() async throws {
        let body = #"{"interval":"2025-09-25/2025-10-05","granularity":"Day"}"#
        var size = World.Size()
        size.isSteady = true
        let asker = try await Asker(
            world: World(seed: 7, size: size), clock: HandClock(World.Day(2025, 10, 1), hour: 5))
        #expect(try await asker.rows(body).compactMap(\.date).max() == "2025-09-30T00:00:00Z")
        asker.simulator.rewrite { $0.publishLag = .seconds(6 * 3_600) }
        #expect(try await asker.rows(body).compactMap(\.date).max() == "2025-09-29T00:00:00Z")
        #expect(asker.simulator.newestPublishedDay == World.Day(2025, 9, 29))
        asker.clock.advance(by: .seconds(3_600))
        #expect(try await asker.rows(body).compactMap(\.date).max() == "2025-09-30T00:00:00Z")
        #expect(
            try await asker.fetch(#"{"interval":"2025-10-01/2025-10-02"}"#).text()
                == #"{"results":[],"queryStatus":"Complete"}"#)
    }

    @Test func `answers from the world as it was when it was submitted`() async throws {
        let asker = try await Asker()
        let body =
            #"{"interval":"2025-09-01/2025-09-14","granularity":"Day","groupBy":["OAuthClientId","TemplateUri","HttpMethod"]}"#
        let early = try await asker.submitted(body)
        let old = asker.simulator.world.rows(from: days.0, through: days.1)
        asker.simulator.restate(World.Day(2025, 9, 3), World.Day(2025, 9, 4))
        let new = asker.simulator.world.rows(from: days.0, through: days.1)
        _ = asker.get(early)
        #expect(try await asker.get(early).decoded(Results.self).results.tallied == old.map(AnsweredRow.init).tallied)
        #expect(try await asker.rows(body).tallied == new.map(AnsweredRow.init).tallied)
        #expect(Set(old) != Set(new))
    }

    @Test func `is forgotten after its time, and unknown ones are not found`() async throws {
        let asker = try await Asker()
        let path = try await asker.submitted(#"{"interval":"2025-09-01/2025-09-02"}"#)
        #expect(asker.get(path).status == 200)
        asker.clock.advance(by: .seconds(3_600))
        let late = asker.get(path)
        #expect(late.status == 404)
        #expect(try await late.code() == "not.found")
        #expect(asker.get("/api/v2/usage/query/5d0c/results").status == 404)
    }

    @Test(arguments: [
        ("", "bad.request"),
        ("[]", "bad.request"),
        ("{}", "bad.request"),
        (#"{"interval":7}"#, "bad.request"),
        (#"{"interval":"yesterday"}"#, "invalid.date"),
        (#"{"interval":"2025-09-01/2025-09-02","granularity":"P1D"}"#, "invalid.value"),
        (#"{"interval":"2025-09-01/2025-09-02","groupBy":["OauthClientId"]}"#, "invalid.value"),
        (#"{"interval":"2025-09-01/2025-09-02","metrics":["Status404"]}"#, "invalid.value"),
    ])
    func `is refused with 400 when it is malformed`(_ body: String, _ code: String) async throws {
        let answer = try await Asker().submit(body)
        #expect(answer.status == 400)
        #expect(try await answer.code() == code)
    }

    @Test func `may misspell cases where the script says so`() async throws {
        var script = Script()
        script.enumerationsAreCaseSensitive = false
        let asker = try await Asker(script: script)
        #expect(asker.submit(#"{"interval":"2025-09-01/2025-09-02","groupBy":["OauthClientId"]}"#).status == 202)
    }

    @Test func `is refused when it is too large or no JSON`() async throws {
        let asker = try await Asker()
        let large = asker.submit(#"{"interval":"\#(String(repeating: " ", count: 512_000))"}"#)
        #expect(large.status == 413)
        #expect(asker.submit("a=b", contentType: "application/x-www-form-urlencoded").status == 415)
    }

    @Test func `serves the recorded answer row by row, whatever method grouping is asked`() async throws {
        let asker = try await Asker(world: World.recorded())
        for grouping in [#"["OAuthClientId","TemplateUri"]"#, #"["OAuthClientId","TemplateUri","HttpMethod"]"#] {
            let rows = try await asker.rows(
                #"{"interval":"2020-02-01/2020-02-28","granularity":"Day","groupBy":\#(grouping)}"#
            )
            let recorded = try RecordedAnswer.decode()
            #expect(rows.tallied == recorded.results.tallied)
        }
    }

    @Test func `is answered in small pieces, however many rows there are`() async throws {
        let world = World(seed: 1, size: World.Size(rowsADay: 10_000, isSteady: true))
        let answer = try await Asker(world: world).fetch(
            #"{"interval":"2025-09-01/2025-09-03","granularity":"Day","groupBy":["OAuthClientId","TemplateUri","HttpMethod"]}"#
        )
        guard case .results(let body) = answer.body else {
            Issue.record("the answer holds no rows")
            return
        }
        let sizes = Mutex<[Int]>([])
        try await body.write { piece in sizes.withLock { $0.append(piece.count) } }
        #expect(sizes.withLock { $0.max() ?? 0 } < 1_000_000)
        #expect(sizes.withLock { $0.count } > 100)
    }
}
