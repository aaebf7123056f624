import FoundationEssentials
package import Timekeeping
package import UsageDomain

/// The three pages that the daemon serves, made from memory alone.
package struct StatusPages: Sendable {
    /// What is sent back.
    package struct Answer: Equatable, Sendable {
        package let status: Int
        package let contentType: String
        /// Empty for an answer without a body.
        package let body: String
        /// The only method there is, where another one was used.
        package var allow: String?
    }

    private let monitor: Monitor
    private let version: String
    private let budgets: [(source: String, budget: any SourceBudget)]
    private let timekeeper: Timekeeper
    private let process = ProcessMetrics()

    /// - Parameters:
    ///   - monitor: what the pages show.
    ///   - version: of this program.
    ///   - budgets: what each source may send.
    ///   - timekeeper: tells the time.
    package init(
        of monitor: Monitor,
        version: String,
        budgets: [(source: String, budget: any SourceBudget)] = [],
        timekeeper: Timekeeper = Timekeeper()
    ) {
        self.monitor = monitor
        self.version = version
        self.budgets = budgets
        self.timekeeper = timekeeper
    }

    /// Answers a request.
    ///
    /// - Parameters:
    ///   - method: of HTTP; anything but `GET` is refused.
    ///   - path: without the query.
    /// - Returns: the answer.
    package func answer(method: String, path: String) async -> Answer {
        guard ["/live", "/ready", "/metrics"].contains(path) else {
            return plain(404, "no such page; there are /live, /ready and /metrics\n", for: method)
        }
        guard method == "GET" else {
            var answer = plain(405, "only GET is answered\n", for: method)
            answer.allow = "GET"
            return answer
        }
        switch path {
        case "/live":
            let overdue = monitor.supervision.situation.overdue
            guard !overdue.isEmpty else { return plain(200, "live\n") }
            return plain(503, "not live\n" + overdue.map { "\($0): no progress for too long\n" }.joined())
        case "/ready":
            let report = monitor.health.report
            return plain(report.isReady ? 200 : 503, report.description)
        default:
            return Answer(
                status: 200, contentType: MetricFamily.contentType, body: MetricFamily.text(of: await families))
        }
    }

    private func plain(_ status: Int, _ text: String, for method: String = "GET") -> Answer {
        // An answer to HEAD has no body, whatever its status.
        Answer(status: status, contentType: "text/plain; charset=utf-8", body: method == "HEAD" ? "" : text)
    }

    // MARK: - Metrics

    private var families: [MetricFamily] {
        get async {
            let now = timekeeper.date
            return monitor.board.families(at: now) + (await budgetFamilies) + stateFamilies + process.families
        }
    }

    private var budgetFamilies: [MetricFamily] {
        get async {
            var limit = MetricFamily(
                "usaged_request_budget_limit", .gauge, "Requests that may be sent to the vendor in any minute.")
            var remaining = MetricFamily(
                "usaged_request_budget_remaining", .gauge,
                "Requests that are left of the minute that ends now; 0 while the vendor asks for silence.")
            for (source, budget) in budgets {
                limit.set(await budget.limit, ["source": source])
                remaining.set(await budget.remaining, ["source": source])
            }
            return [limit, remaining]
        }
    }

    private var stateFamilies: [MetricFamily] {
        let report = monitor.health.report
        var build = MetricFamily("usaged_build_info", .gauge, "Always 1; the label says which version this is.")
        build.set(1, ["version": version])
        var ready = MetricFamily("usaged_ready", .gauge, "Whether the daemon is ready, as /ready says.")
        ready.set(report.isReady ? 1 : 0)
        var database = MetricFamily("usaged_database_up", .gauge, "Whether the database is there with its schema.")
        database.set(monitor.health.isDatabaseUp ? 1 : 0)
        var standing = MetricFamily(
            "usaged_source_standing", .gauge, "1 for how the source stands with its vendor, 0 for all other standings.")
        for source in report.sources {
            for word in SourceStanding.words {
                standing.set(source.standing.word == word ? 1 : 0, ["source": source.name, "standing": word])
            }
        }
        return [build, ready, database, standing]
    }
}
