import TestSupport
import Testing
import Transport
import UsageDomain
import UsageSimulator

@testable import GenesysCloud

@Suite(.inTurn)
struct JobTests {
    // MARK: Pages

    @Test(arguments: [Dataset.organizationJobs, .clientJobs])
    func `a page fault makes the whole answer wrong, and says how`(dataset: Dataset) async throws {
        let faults: [(String, String)] = [
            ("#2=page:same-cursor", "names a further page that was read before"),
            ("#2=page:repeated", "has the same rows as an earlier one"),
            ("#2=page:short", "rows instead of 1000"),
            ("#2-=page:endless", "yet names a further page"),
            ("#2-=page:loop", "yet names a further page"),
            ("#2=page:foreign-host", "nextUri leads to another host: https://api.elsewhere.invalid/"),
            ("#2=row@3:duplicate", "more than the 1000 that were asked for"),
        ]
        for (fault, text) in faults {
            let fault = fault.replacing("#2-=", with: "=")
            let probe = try await Probe.run(dataset, world: .paged, faults: [dataset.complete + fault])
            let failure = try #require(probe.failure, "\(fault)")
            #expect(failure.kind == .badAnswer, "\(fault)")
            #expect(failure.description.contains(text), "\(fault): \(failure)")
            #expect(failure.description.contains("correlation id "))
            #expect(probe.diary.lines == ["intend 1", "accepted 1", "ended 1 abandoned"], "\(fault)")
            #expect(probe.count(of: dataset.submit) == 1)
        }
    }

    @Test func `a link to another host is not followed, not even once`() async throws {
        let probe = try await Probe.run(
            .organizationJobs, world: .paged, faults: ["jobs-complete#1=page:foreign-host"])
        #expect(probe.failure?.description.contains("another host") == true)
        #expect(probe.count(of: .jobsResults) == 2)
    }

    @Test func `a link that leads nowhere is a lost job, submitted once more`() async throws {
        let once = try await Probe.run(.organizationJobs, world: .paged, faults: ["jobs-complete#2=page:dead-cursor"])
        #expect(once.failure == nil)
        #expect(once.diary.lines.contains("ended 1 lost"))
        #expect(Set(once.rows) == Set(try Dataset.organizationJobs.truth(in: .paged)))
        let always = try await Probe.run(.organizationJobs, world: .paged, faults: ["jobs-complete=page:dead-cursor"])
        #expect(always.failure?.kind == .unavailable)
        #expect(always.count(of: .jobsSubmit) == 2)
    }

    @Test func `a row that comes again on the next page is left to whoever stores it`() async throws {
        // Two rows of one identity cannot be told from two pages; the chain is whole.
        let probe = try await Probe.run(
            .organizationJobs, world: .paged, faults: ["jobs-complete#1=page:overlapping"])
        #expect(probe.failure == nil)
        #expect(Set(probe.rows.map(\.identity)).count == probe.rows.count - 1)
    }

    @Test func `all pages together must not be longer than the limit`() async throws {
        let probe = try await Probe.run(.organizationJobs, world: .paged, answerLimit: 900_000)
        #expect(probe.failure?.kind == .badAnswer)
        #expect(probe.failure?.description.contains("together are longer than the limit of 900000 bytes") == true)
        #expect(probe.count(of: .jobsResults) > 2)
    }

    @Test(arguments: ["#3=503", "#3=reset", "#4=cut:300", "#4=429,retry-after:20", "#3=expire-token", "#5=500"])
    func `a fault that passes between pages leaves no trace`(fault: String) async throws {
        let probe = try await Probe.run(.organizationJobs, world: .paged, faults: ["jobs-results\(fault)"])
        let truth = try Dataset.organizationJobs.truth(in: .paged)
        #expect(probe.failure == nil, "\(String(describing: probe.failure))")
        #expect(Set(probe.rows) == Set(truth))
        #expect(probe.rows.count == truth.count)
        #expect(probe.restarts == 0)
        #expect(probe.diary.lines == ["intend 1", "accepted 1", "ended 1 complete"])
    }

    @Test func `a page that says it is running again is asked for again`() async throws {
        let probe = try await Probe.run(.organizationJobs, world: .paged, faults: ["jobs-results#4-5=status:Running"])
        #expect(probe.failure == nil)
        #expect(Set(probe.rows) == Set(try Dataset.organizationJobs.truth(in: .paged)))
        #expect(probe.count(of: .jobsSubmit) == 1)
    }

    // MARK: Statuses

    @Test(arguments: [Script.JobsStatus.accepted, .ok])
    func `a job is waited for while it is queued or running, whatever the HTTP status`(
        status: Script.JobsStatus
    ) async throws {
        let probe = try await Probe.run(.organizationJobs) {
            $0.queuedPolls = 2
            $0.runningPolls = 4
            $0.jobsStatus = status
        }
        #expect(probe.failure == nil)
        #expect(Set(probe.rows) == Set(try Dataset.organizationJobs.truth(in: .small)))
        let answered = probe.entries.filter { $0.endpoint == .jobsResults }.map(\.status)
        #expect(answered == Array(repeating: status == .ok ? 200 : 202, count: 6) + [200])
    }

    @Test(arguments: ["Failed", "Cancelled"], [Script.JobsStatus.accepted, .ok])
    func `a job that fails is submitted again, whatever the HTTP status`(
        word: String, status: Script.JobsStatus
    ) async throws {
        let once = try await Probe.run(.organizationJobs, faults: ["jobs-results#1=status:\(word)"]) {
            $0.jobsStatus = status
        }
        #expect(once.failure == nil)
        #expect(once.diary.lines.contains("ended 1 failed"))
        #expect(once.count(of: .jobsSubmit) == 2)
        let always = try await Probe.run(.organizationJobs, faults: ["jobs-results=status:\(word)"]) {
            $0.jobsStatus = status
        }
        #expect(always.failure?.kind == .unavailable)
        #expect(always.count(of: .jobsSubmit) == 3)
    }

    @Test(arguments: [Script.FailedJobs.explained, .unexplained])
    func `the reason of a failure is told when the API tells it`(form: Script.FailedJobs) async throws {
        let probe = try await Probe.run(.clientJobs, faults: ["client-jobs-results=status:Failed"]) {
            $0.failedJobs = form
        }
        let failure = try #require(probe.failure)
        #expect(failure.kind == .unavailable)
        #expect(failure.description.contains("failed to execute the query, 3 times"))
        #expect(failure.description.contains("internal.server.error: The server") == (form == .explained))
    }

    @Test(arguments: ["Complete", "Expired", "succeeded", ""])
    func `words that the newer family does not have are waited for like Running, then named, and the job stays open`(
        word: String
    ) async throws {
        let fault = Fault(
            .jobsResults, .raw(200, contentType: "application/json", body: #"{"queryStatus":"\#(word)","entities":[]}"#)
        )
        let probe = try await Probe.run(.organizationJobs, raw: [fault])
        #expect(probe.failure?.kind == .unavailable)
        #expect(probe.failure?.description.contains("\"\(word)\"") == true)
        #expect(probe.diary.lines == ["intend 1", "accepted 1"])
    }

    @Test(arguments: [
        (#"{"executionId":"a"}"#, "id is missing"), (#"{"id":""}"#, "id is missing"),
        (#"{"id":null}"#, "id is missing"),
        (#"{"id":7}"#, "id is not of type String"), ("<p>", "HTML"), ("", "empty"),
    ])
    func `a submission without a usable id is a bad answer`(body: String, text: String) async throws {
        let fault = Fault(.jobsSubmit, .raw(202, contentType: "application/json", body: body))
        let probe = try await Probe.run(.organizationJobs, raw: [fault])
        #expect(probe.failure?.kind == .badAnswer)
        #expect(probe.failure?.description.contains(text) == true)
    }

    @Test func `a start too long ago is refused with the API's reason`() async throws {
        try await Account.run(
            script: {
                var script = Script()
                script.jobsInterval = .invalidDate
                return script
            }()
        ) { account in
            let window = Window(dataset: .organizationJobs, days: try Window.days("2024-03-01", "2024-03-31").days)
            let adapter = GenesysCloudAdapter(account.source, byUser: false)
            let failure = try #require(
                try await account.failure { _ in
                    _ = try await adapter.fetch(
                        window, expectedRows: nil, into: RowList(), recorder: Diary().recorder)
                })
            #expect(failure.kind == .refused)
            #expect(failure.description.hasPrefix("submitting organization_jobs 2024-03-01..2024-03-31: POST "))
            #expect(failure.description.contains("status 400, invalid.date: "))
        }
    }

    // MARK: Rows

    @Test(arguments: Script.PlatformNames.allCases)
    func `platforms come as they are spelled, and absent ones are empty`(names: Script.PlatformNames) async throws {
        let world = World(seed: 7, size: World.Size(rowsADay: 5))
        let probe = try await Probe.run(.organizationJobs, world: world) { $0.platformNames = names }
        #expect(probe.failure == nil)
        #expect(Set(probe.rows.map(\.identity.platform)) == Set(world.platforms.map { names.spelling(of: $0) ?? "" }))
    }

    @Test func `what was not grouped by and what is null or absent is empty`() async throws {
        let row =
            #"{"date":"2025-09-02","requestCount":3,"oauthClient":null,"user":{"id":"u","selfUri":"/u"},"#
            + #""platform":null,"templateUri":"t","name":"n"}"#
        let body = #"{"queryStatus":"Succeeded","entities":[\#(row)],"nextUri":null,"selfUri":"/s","total":1}"#
        let fault = Fault(.jobsResults, .raw(200, contentType: "application/json", body: body))
        let probe = try await Probe.run(.organizationJobs, raw: [fault])
        let day = try #require(Day("2025-09-02"))
        #expect(probe.rows.map(\.identity) == [RowIdentity(day: day, templateURI: "t")])
        #expect(probe.rows.first?.counts.requests == 3)
        #expect(probe.report?.unknownFields == ["entities.name": 1, "total": 1])
    }

    @Test(arguments: [
        (#"row@3:date="2025-08-31""#, "date: is outside the days asked for"),
        (#"row@3:date="31.08.2025""#, "date: is no midnight in UTC"),
        ("row@3:-date", "date: is absent"), ("row@3:requestCount=-1", "requestCount: is negative"),
        ("row@3:requestCount=null", "requestCount: is null"), ("row@3:status429=1.5", "status429"),
        (#"row@3:platform="a\u0000b""#, "platform: has a character U+0000"),
    ])
    func `a bad row on a later page fails the fetch, naming page, row and field`(
        fault: String, text: String
    ) async throws {
        let probe = try await Probe.run(.organizationJobs, world: .paged, faults: ["jobs-complete#2=\(fault)"])
        let failure = try #require(probe.failure)
        #expect(failure.kind == .badAnswer)
        for part in [text, "row 3", "page 2"] { #expect(failure.description.contains(part), "\(failure)") }
        #expect(probe.diary.lines.last == "ended 1 abandoned")
    }

    @Test func `a row about another client is a wrong row`() async throws {
        let own = World.small.clients[1].id
        let other = World.small.clients[2].id
        for (id, isRight) in [(own, true), (own.uppercased(), true), (other, false)] {
            let row = #"{"date":"2025-09-02","requestCount":3,"oauthClient":{"id":"\#(id)"}}"#
            let body = #"{"queryStatus":"Succeeded","entities":[\#(row)]}"#
            let fault = Fault(.clientJobsResults, .raw(200, contentType: "application/json", body: body))
            let probe = try await Probe.run(.clientJobs, raw: [fault])
            #expect((probe.failure == nil) == isRight)
            if isRight {
                #expect(probe.rows.map(\.identity.clientID) == [own])
            } else {
                #expect(probe.failure?.description.contains("oauthClient.id: names another OAuth client") == true)
            }
        }
    }
}
