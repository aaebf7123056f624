import FoundationEssentials
import Ingest
import Operations
import TestSupport
import Testing
import Timekeeping
import UsageDomain

@Suite struct StatusPagesTests {
    private let clock = TestClock()
    private let monitor: Monitor
    private var pages: StatusPages {
        StatusPages(
            of: monitor, version: "1.2.3", budgets: [("acme", Budget())],
            timekeeper: Timekeeper(date: { Date(timeIntervalSince1970: 1_741_237_200) }))
    }

    init() {
        let timekeeper = Timekeeper(clock)
        monitor = Monitor(
            sources: [("acme", [.organizationQuery])], supervision: Supervision(now: { timekeeper.now }))
    }

    /// A budget of which some is spent.
    private struct Budget: SourceBudget {
        let limit = 240
        let remaining = 239
        let requests = 1
        let refusals = 0
        let idleTime = Duration.zero

        func resume(_ memory: BudgetMemory, keeping keep: @escaping @Sendable (BudgetMemory) async throws -> Void)
            -> Duration?
        {
            nil
        }

        func keepWhatIsNew() {}
    }

    private func makeReady() {
        monitor.health.noteSchemaCurrent()
        monitor.receive(.sourceReady(source: "acme", organization: Organization(id: "o", name: "Acme"), windows: 1))
    }

    @Test func `live is whether every loop makes progress`() async {
        monitor.supervision.beginLoops(of: ["acme"])
        #expect(await pages.answer(method: "GET", path: "/live").status == 200)
        clock.advance(by: .seconds(3_600))
        let answer = await pages.answer(method: "GET", path: "/live")
        #expect(answer.status == 503)
        #expect(answer.body == "not live\nsource acme: no progress for too long\n")
    }

    @Test func `ready is 503 with the obstacles, then 200`() async {
        let before = await pages.answer(method: "GET", path: "/ready")
        #expect(before.status == 503)
        #expect(
            before.body == """
                not ready
                database: its schema is not checked yet
                source acme: not asked for the first time yet

                """)
        makeReady()
        let after = await pages.answer(method: "GET", path: "/ready")
        #expect(after.status == 200)
        #expect(after.body == "ready\nsource acme: admitted\n")
    }

    @Test func `the metrics hold what is counted, what is left, how it stands and what the kernel says`() async throws {
        makeReady()
        let answer = await pages.answer(method: "GET", path: "/metrics")
        #expect(answer.status == 200)
        #expect(answer.contentType == "text/plain; version=0.0.4; charset=utf-8")
        let parsed = try ParsedMetrics(answer.body)
        #expect(parsed.value("usaged_build_info", ["version": "1.2.3"]) == 1)
        #expect(parsed.value("usaged_ready") == 1)
        #expect(parsed.value("usaged_database_up") == 1)
        #expect(parsed.value("usaged_request_budget_limit", ["source": "acme"]) == 240)
        #expect(parsed.value("usaged_request_budget_remaining", ["source": "acme"]) == 239)
        let standings = SourceStanding.words.map {
            parsed.value("usaged_source_standing", ["source": "acme", "standing": $0])
        }
        #expect(standings == [0, 0, 1, 0, 0, 0])
        #expect(try #require(parsed.value("process_resident_memory_bytes")) > 1_048_576)
        #expect(try #require(parsed.value("process_open_fds")) >= 3)
        #expect(try #require(parsed.value("process_max_fds")) >= 3)
        #expect(try #require(parsed.value("process_cpu_seconds_total")) >= 0)
        // This very process began before now, and after this machine's clock was invented.
        let began = Date(timeIntervalSince1970: try #require(parsed.value("process_start_time_seconds")))
        #expect(began < Date.now.addingTimeInterval(2))
        #expect(began > Date.now.addingTimeInterval(-7 * 86_400))
    }

    @Test func `the database that is away shows on every page but life`() async throws {
        makeReady()
        monitor.receive(.databaseAway(reason: "connection refused"))
        #expect(await pages.answer(method: "GET", path: "/live").status == 200)
        let ready = await pages.answer(method: "GET", path: "/ready")
        #expect(ready.status == 503)
        #expect(ready.body == "not ready\ndatabase: away: connection refused\nsource acme: admitted\n")
        let parsed = try ParsedMetrics(await pages.answer(method: "GET", path: "/metrics").body)
        #expect(parsed.value("usaged_database_up") == 0)
        #expect(parsed.value("usaged_ready") == 0)
    }

    @Test func `every metric that an alert asks for is served`() async throws {
        let rules = try String(contentsOfFile: Repository.root + "/systemd/usaged.rules.yaml", encoding: .utf8)
        let asked = Set(rules.matches(of: /usaged_[a-z_]+/).map { String($0.output) })
        let page = try ParsedMetrics(await pages.answer(method: "GET", path: "/metrics").body)
        // Some have no series before the first run.
        let counted = monitor.board.families(at: .now).map(\.name)
        #expect(asked.count > 5)
        #expect(asked.subtracting(page.kinds.keys).subtracting(counted) == [])
    }

    @Test(arguments: ["HEAD", "POST", "DELETE", "get"], ["/live", "/ready", "/metrics"])
    func `only GET is answered`(method: String, path: String) async {
        let answer = await pages.answer(method: method, path: path)
        #expect(answer.status == 405)
        #expect(answer.allow == "GET")
        #expect(answer.body.isEmpty == (method == "HEAD"))
    }

    @Test(arguments: ["/", "", "/metrics/", "/live/x", "/Ready", "//live"])
    func `there are no other pages`(path: String) async {
        #expect(await pages.answer(method: "GET", path: path).status == 404)
    }
}
