import Testing

@testable import UsageSimulator

@Suite struct `The switches` {
    @Test func `have names of their own, and begin with the default`() {
        let names = Script.unknowns.map(\.name)
        #expect(Set(names).count == names.count)
        for unknown in Script.unknowns {
            #expect(unknown.setting(in: Script()) == unknown.settings.first, "\(unknown)")
            #expect(unknown.settings.count > 1)
            #expect(!unknown.question.isEmpty)
        }
    }

    @Test(arguments: Script.unknowns)
    func `are set from text`(_ unknown: Script.Unknown) throws {
        for setting in unknown.settings.reversed() {
            var script = Script()
            try script.set("\(unknown.name)=\(setting)")
            #expect(unknown.setting(in: script) == setting)
            for other in Script.unknowns where other.name != unknown.name {
                #expect(other.setting(in: script) == other.setting(in: Script()))
            }
        }
    }

    @Test(arguments: ["", "row-limit", "row-limit=", "row-limit=some", "nothing=cut"])
    func `say what they know when a text sets none`(_ text: String) {
        var script = Script()
        #expect { try script.set(text) } throws: { error in "\(error)".contains("NAME=SETTING") }
    }
}

@Suite struct `A setting` {
    let query = #"{"interval":"2025-09-01/2025-09-01"}"#

    private func asker(_ settings: String..., script: Script = Script()) async throws -> Asker {
        var script = script
        script.runningPolls = 0
        for setting in settings {
            try script.set(setting)
        }
        return try await Asker(script: script)
    }

    @Test(arguments: [("not-found", 404, ""), ("failed", 200, "Failed"), ("empty", 200, "Complete")])
    func `says what a late read answers`(_ setting: String, _ status: Int, _ text: String) async throws {
        let asker = try await asker("late-reads=\(setting)")
        let early = try await asker.submitted(query)
        asker.clock.advance(by: .seconds(3_599))
        #expect(try await asker.get(early).text().contains("clientId"))
        asker.clock.advance(by: .seconds(1))
        _ = asker.submit(query)
        let late = asker.get(early)
        #expect(late.status == status)
        #expect(try await late.text().contains(text))
        #expect(try await !late.text().contains("clientId"))
        let gone = try await asker.submitted(query)
        asker.simulator.forgetExecutions()
        #expect(asker.get(gone).status == status)
        #expect(asker.get("/api/v2/usage/query/never/results").status == 404)
    }

    @Test(arguments: [("not-found", 404, ""), ("failed", 202, "Failed"), ("empty", 200, "Succeeded")])
    func `says what a late read of a job answers`(_ setting: String, _ status: Int, _ text: String) async throws {
        let asker = try await asker("late-reads=\(setting)")
        let path = try await asker.post(Asker.jobs, query).decoded(StartedJob.self).resultsUri
        asker.simulator.forgetExecutions()
        #expect(asker.get(path).status == status)
        #expect(try await asker.get(path).text().contains(text))
    }

    @Test(arguments: [("everybody", 200), ("same-token", 404)])
    func `says who may read an execution`(_ setting: String, _ status: Int) async throws {
        let asker = try await asker("readers=\(setting)")
        let path = try await asker.submitted(query)
        #expect(asker.get(path, token: try await Asker.newToken(asker.simulator)).status == status)
        #expect(asker.get(path).status == 200)
    }

    @Test(arguments: [("unlimited", 202), ("too-many", 429), ("conflict", 409)])
    func `limits the executions at a time`(_ setting: String, _ status: Int) async throws {
        let asker = try await asker("concurrency=\(setting)", "submit-status=accepted")
        let paths = [
            try await asker.submitted(query), try await asker.submitted(query), try await asker.submitted(query),
        ]
        let refused = asker.submit(query)
        #expect(refused.status == status)
        #expect((refused.header("Retry-After") != nil) == (status == 429))
        for path in paths {
            _ = asker.get(path)
        }
        #expect(asker.post(Asker.jobs, query).status == 202)
    }

    @Test(arguments: [("utc", ["2025-09-02"]), ("local", ["2025-09-01", "2025-09-02"])])
    func `says where a time without a zone is`(_ setting: String, _ days: [String]) async throws {
        var script = Script()
        script.runningPolls = 0
        try script.set("zoneless-times=\(setting)")
        let asker = try await Asker(world: `A simple search`.world(rows: 20), script: script)
        let body = #"{"granularity":"Day","interval":"2025-09-02T00:00:00/2025-09-02T23:59:59"}"#
        #expect(Set(try await asker.rows(body).compactMap(\.date)) == Set(days.map { $0 + "T00:00:00Z" }))
        let zoned = #"{"granularity":"Day","interval":"2025-09-02T00:00:00Z/2025-09-02T23:59:59Z"}"#
        #expect(Set(try await asker.rows(zoned).compactMap(\.date)) == ["2025-09-02T00:00:00Z"])
    }

    @Test(arguments: [("monday", "2025-09-08"), ("sunday", "2025-09-07")])
    func `says where a week begins`(_ setting: String, _ day: String) async throws {
        let asker = try await asker("week-start=\(setting)")
        let rows = try await asker.rows(#"{"interval":"2025-09-08/2025-09-13","granularity":"Week"}"#)
        #expect(Set(rows.compactMap(\.date)) == ["\(day)T00:00:00Z"])
        let jobs = try await asker.jobPages(
            Asker.jobs, #"{"interval":"2025-09-08/2025-09-13","granularity":"Week","groupBy":["Platform"]}"#)
        #expect(Set(jobs.flatMap { $0.entities ?? [] }.compactMap(\.date)) == [day])
    }

    @Test func `says how far back the older family remembers`() async throws {
        let old = #"{"interval":"2024-09-25/2024-10-05","granularity":"Day"}"#
        #expect(try await asker("retention=unlimited").rows(old).contains { $0.date ?? "" < "2024-10-01" })
        let rows = try await asker("retention=empty").rows(old)
        #expect(!rows.isEmpty)
        #expect(rows.allSatisfy { $0.date ?? "" >= "2024-10-01" })
        #expect(try await asker("retention=empty").rows(#"{"interval":"2024-01-01/2024-02-01"}"#).isEmpty)
        let refusing = try await asker("retention=refused")
        #expect(refusing.submit(old).status == 400)
        #expect(refusing.post("/api/v2/usage/simplesearch", #"{"interval":"2024-09-25/2024-10-05"}"#).status == 400)
        #expect(refusing.submit(query).status == 202)
    }

    @Test(arguments: [
        ("empty", true, true), ("organization", false, true), ("user", true, false), ("both", false, false),
    ])
    func `fills ids that were not grouped by`(_ setting: String, _ noOrganization: Bool, _ noUser: Bool) async throws {
        let rows = try await asker("ungrouped-ids=\(setting)").rows(query)
        #expect(!rows.isEmpty)
        #expect(rows.allSatisfy { $0.organizationId.isEmpty == noOrganization && $0.userId.isEmpty == noUser })
    }

    @Test(arguments: [("answered", 202), ("not-found", 404)])
    func `says whether unlisted clients are known`(_ setting: String, _ status: Int) async throws {
        let asker = try await asker("unlisted-clients=\(setting)", "submit-status=accepted")
        let unlisted = try #require(asker.simulator.world.clients.first { !$0.isListed })
        #expect(asker.post("/api/v2/oauth/clients/\(unlisted.id)/usage/query", query).status == status)
        #expect(asker.get("/api/v2/oauth/clients/\(unlisted.id)/usage/summary").status == status)
        #expect(asker.post(asker.clientJobs(unlisted.id), query).status == status)
    }

    @Test(arguments: [
        ("absent", #""queryStatus":"Complete"}"#), ("empty-object", #""cursors":{}}"#),
        ("empty-text", #""cursors":{"after":""}}"#), ("null", #""cursors":{"after":null}}"#),
    ])
    func `ends the cursors`(_ setting: String, _ end: String) async throws {
        let asker = try await asker("end-of-cursors=\(setting)")
        let text = try await asker.get(try await asker.searched(query), query: "pageSize=1000").text()
        #expect(text.hasSuffix(end))
    }

    @Test(arguments: Script.CursorForm.allCases)
    func `forms the cursors`(_ form: Script.CursorForm) async throws {
        let asker = try await asker("cursor-form=\(form.rawValue)")
        let pages = try await asker.pages(query, pageSize: 10)
        let after = try #require(pages[0].cursors?.after)
        #expect(["+", "&", "%", "\"", " ", "é"].contains { after.contains($0) } == (form != .plain))
        let truth = asker.simulator.world.searchRows(from: World.Day(2025, 9, 1), through: World.Day(2025, 9, 1))
        #expect(pages.flatMap(\.results).count == truth.count)
        let jobs = try await asker.jobPages(Asker.jobs, query, pageSize: 10)
        let one = try await asker.jobPages(Asker.jobs, query)
        #expect(jobs.count > 1)
        #expect(jobs.flatMap { $0.entities ?? [] } == one.flatMap { $0.entities ?? [] })
    }

    @Test func `sizes the pages that nobody sized`() async throws {
        for size in [100, 25, 1_000] {
            var script = Script()
            script.runningPolls = 0
            try script.set("search-page-size=\(size)")
            let asker = try await Asker(world: `A simple search`.world(rows: 1_200), script: script)
            let pages = try await asker.pages(query, pageSize: nil)
            #expect(pages[0].results.count == size)
            #expect(pages.reduce(0) { $0 + $1.results.count } == 1_200)
        }
    }

    @Test func `puts a cursor on running pages`() async throws {
        var script = Script()
        try script.set("running-pages=with-cursor")
        let asker = try await Asker(script: script)
        let text = try await asker.get(try await asker.searched(query)).text()
        #expect(text.hasPrefix(#"{"queryStatus":"Running","cursors":{"after":""#))
    }

    @Test func `fills what simple searches need not tell`() async throws {
        let asker = try await asker("search-client-ids=filled", "search-requests=filled")
        let rows = try await asker.pages(query).flatMap(\.results)
        let truth = asker.simulator.world
            .searchRows(from: World.Day(2025, 9, 1), through: World.Day(2025, 9, 1), hasClientIDs: true)
        #expect(rows.tallied == truth.map(AnsweredRow.init).tallied)
    }

    @Test func `says how a job is refused that reaches too far`() async throws {
        let long = #"{"interval":"2025-05-01/2025-09-01"}"#
        let old = #"{"interval":"2024-09-01/2024-09-02"}"#
        for body in [long, old] {
            #expect(try await asker("jobs-interval=bad-request").post(Asker.jobs, body).code() == "bad.request")
            #expect(try await asker("jobs-interval=invalid-date").post(Asker.jobs, body).code() == "invalid.date")
            let asker = try await asker("jobs-interval=failed")
            #expect(try await asker.jobPages(Asker.jobs, body).map(\.queryStatus) == ["Failed"])
        }
    }

    @Test(
        arguments: [
            ("words", ["api", "web", "mobile"]), ("capitals", ["API", "WEB", "MOBILE"]), ("empty", [""]),
            ("absent", [nil]),
        ] as [(String, [String?])])
    func `spells the platforms, also in filters`(_ setting: String, _ names: [String?]) async throws {
        let asker = try await asker("platform-names=\(setting)")
        let rows = try await asker.jobPages(Asker.jobs, query).flatMap { $0.entities ?? [] }
        #expect(Set(rows.map(\.platform)) == Set(names))
        let first = names[0] ?? "api"
        let filtered = try await asker.jobPages(
            Asker.jobs, #"{"interval":"2025-09-01/2025-09-01","platforms":["\#(first)"]}"#
        ).flatMap { $0.entities ?? [] }
        #expect(filtered.count == rows.count { $0.platform == first })
    }

    @Test(arguments: [("any", 202, 202), ("of-rows", 202, 400), ("none", 400, 400)])
    func `says what jobs may be sorted by`(_ setting: String, _ known: Int, _ unknown: Int) async throws {
        let asker = try await asker("sort-fields=\(setting)", "submit-status=accepted")
        func status(_ field: String) -> Int {
            let sorting = #"[{"fieldName":"\#(field)","order":"Asc"}]"#
            return asker.post(Asker.jobs, #"{"interval":"2025-09-01/2025-09-01","sortBy":\#(sorting)}"#).status
        }
        #expect(status("requestCount") == known)
        #expect(status("weather") == unknown)
    }

    @Test func `limits the tokens`() async throws {
        var script = Script()
        script.tokenLimit = .perMinute
        let asker = try await Asker(script: script)
        let simulator = asker.simulator
        _ = try await Asker.newToken(simulator)
        asker.clock.advance(by: .seconds(20))
        let refused = Asker.askForToken(simulator, id: simulator.clientID, secret: simulator.clientSecret)
        #expect(refused.status == 429)
        #expect(refused.header("Retry-After") == "40")
        asker.clock.advance(by: .seconds(40))
        _ = try await Asker.newToken(simulator)
        simulator.rewrite { $0.tokenLimit = .alive }
        asker.clock.advance(by: .seconds(1))
        let third = try await Asker.newToken(simulator)
        asker.clock.advance(by: .seconds(1))
        _ = try await Asker.newToken(simulator)
        #expect(asker.get("/api/v2/organizations/me").status == 401)
        #expect(asker.get("/api/v2/organizations/me", token: third).status == 200)
    }
}

@Suite struct `The control path of the script` {
    private func ask(_ asker: Asker, _ query: String) -> Answer? {
        ControlPaths.answer(
            IncomingRequest(method: "POST", path: "/simulator/script", query: query), asker.simulator)
    }

    @Test func `sets switches and replaces faults`() async throws {
        let asker = try await Asker()
        let answer = try #require(ask(asker, "set=row-limit=refused&set=week-start=sunday&fault=submit%231=503"))
        let settings = try await answer.decoded([String: String].self)
        #expect(answer.status == 200)
        #expect(settings["row-limit"] == "refused")
        #expect(settings["week-start"] == "sunday")
        #expect(settings.count == Script.unknowns.count)
        #expect(asker.submit("{}").status == 503)
        #expect(asker.simulator.script.rowLimitBehavior == .refused)
        _ = ask(asker, "fault=")
        #expect(asker.simulator.script.faults.isEmpty)
        #expect(asker.simulator.script.rowLimitBehavior == .refused)
    }

    @Test(arguments: ["set=row-limit=some", "fault=submit=explode", "set=week-start=sunday&set=x"])
    func `changes nothing when a part of it is none`(_ query: String) async throws {
        let asker = try await Asker()
        #expect(ask(asker, query)?.status == 400)
        #expect(asker.simulator.script.weekStart == .monday)
    }
}
