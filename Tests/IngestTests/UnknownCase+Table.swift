import Ingest
import Testing
import UsageDomain
import UsageSimulator
import Warehouse

extension UnknownCase {
    /// Each switch in each of its settings, and more than once where that depends on what is asked, or on how much.
    static let table: [UnknownCase] =
        executions + intervals + olderFamily + perClient + simpleSearches + jobs + access

    /// Settings that make no difference to what is stored, whatever is asked.
    private static func indifferent(
        _ name: String,
        _ settings: String...,
        days: Int = 5,
        size: World.Size = steady(rowsADay: 12),
        script: @escaping @Sendable (inout Script) -> Void = { _ in },
        datasets: [Dataset] = all
    ) -> [UnknownCase] {
        settings.map { setting in
            UnknownCase(setting: "\(name)=\(setting)", datasets: datasets, days: days, size: size, script: script)
        }
    }

    // MARK: Executions

    private static let executions =
        indifferent("submit-status", "alternating", "ok", "accepted")
        + all.flatMap { dataset in
            [
                // Whatever a read that comes too late is answered: the query is submitted anew, once.
                interrupted("late-reads=not-found", dataset, submits: 2) { $0.forgetExecutions() },
                interrupted("late-reads=failed", dataset, submits: 2) { $0.forgetExecutions() },
                interrupted("late-reads=empty", dataset, submits: 2) { $0.forgetExecutions() },
                // The second pass has a token of its own.
                interrupted("readers=everybody", dataset, submits: 1) { _ in },
                interrupted("readers=same-token", dataset, submits: 2) { _ in },
            ]
        }
        + indifferent("concurrency", "unlimited")
        + [
            // The API asks for a second of silence, which is kept.
            UnknownCase(
                setting: "concurrency=too-many", datasets: [.organizationQuery, .organizationJobs],
                script: { $0.concurrentExecutions = 1 }, course: .refusal(429, passes: 3)),
            // A refusal asks for no patience: what is refused is left to the next pass.
            UnknownCase(
                setting: "concurrency=conflict", datasets: [.organizationQuery, .organizationJobs],
                script: { $0.concurrentExecutions = 1 }, course: .refusal(409, passes: 3)),
        ]

    /// One window that an earlier pass has submitted.
    private static func interrupted(
        _ setting: String,
        _ dataset: Dataset,
        submits: Int,
        by event: @escaping @Sendable (Simulator) -> Void
    ) -> UnknownCase {
        UnknownCase(
            setting: setting, datasets: [dataset], days: 1,
            bench: { bench in bench.clients = .these([bench.simulator.world.clients[0].id]) },
            course: .interruption(by: event, submits: submits))
    }

    // MARK: Intervals and rows

    private static let intervals =
        indifferent("midnight-end", "included", "not-included")
        + indifferent("zoneless-times", "utc", "local")
        + indifferent("week-start", "monday", "sunday")
        + indifferent("case", "sensitive", "not-sensitive")
        + indifferent("unselected-metrics", "zero", "absent")
        + indifferent("ungrouped-ids", "empty", "organization", "user", "both")

    private static let olderFamily: [UnknownCase] = [
        UnknownCase(setting: "retention=unlimited", days: 6, script: { $0.retentionDays = 3 }),
        // Nothing tells a day that was forgotten from one without usage.
        UnknownCase(
            setting: "retention=empty", days: 6,
            script: { $0.retentionDays = 3 },
            bench: { $0.summaryDays = 3 },
            outcomes: [
                .organizationQuery: .newest(3, others: []), .simplesearch: .newest(3, others: []),
                .clientQuery: .newest(3, others: []),
            ]),
        // What is refused for its age does not hold up the days beside it.
        UnknownCase(
            setting: "retention=refused", days: 6,
            script: { $0.retentionDays = 3 },
            bench: { $0.summaryDays = 3 },
            outcomes: [
                .organizationQuery: .newest(3, others: ["failed", "the oldest day that is kept"]),
                .simplesearch: .newest(3, others: ["failed", "the oldest day that is kept"]),
                .clientQuery: .newest(3, others: ["failed", "the oldest day that is kept"]),
            ]),
        UnknownCase(
            setting: "retention=refused", datasets: [.clientSummary], script: { $0.retentionDays = 3 },
            outcomes: [.clientSummary: .nothing(["failed", "the oldest day that is kept"])]),
    ]

    // MARK: Clients

    private static let perClient: [UnknownCase] =
        [
            ofUnlistedClient("unlisted-clients=answered", [:]),
            ofUnlistedClient(
                "unlisted-clients=not-found",
                [
                    .clientQuery: .nothing(["unavailable", "404"]), .clientSummary: .nothing(["unavailable", "404"]),
                    .clientJobs: .nothing(["unavailable", "404"]),
                ]),
            ofLongSummary("summary-days=unlimited", [:]),
            ofLongSummary(
                "summary-days=refused",
                [.clientSummary: .nothing(["failed", "The number of days [30] is more than 20."])]),
            // As answered: nothing in a summary says how many days it counts.
            ofLongSummary("summary-days=clamped", [:]),
        ] + indifferent("summary-rows", "dated", "total", "by-organization", "dated-by-organization")

    private static func ofUnlistedClient(_ setting: String, _ outcomes: [Dataset: Outcome]) -> UnknownCase {
        UnknownCase(
            setting: setting, size: steady(rowsADay: 30, clients: 7),
            bench: { bench in
                bench.clients = .these(bench.simulator.world.clients.filter { !$0.isListed }.map(\.id))
            },
            outcomes: outcomes,
            check: { bench async throws in
                // Known for good until its week is over: the next pass plans nothing.
                #expect(try await bench.pass().run(.once).summary.windowsPlanned == 0)
            })
    }

    private static func ofLongSummary(_ setting: String, _ outcomes: [Dataset: Outcome]) -> UnknownCase {
        UnknownCase(
            setting: setting, datasets: [.clientSummary],
            script: { $0.summaryDaysMaximum = 20 }, bench: { $0.summaryDays = 30 }, outcomes: outcomes)
    }

    // MARK: Simple searches

    private static let simpleSearches =
        ["cut", "cut-with-cursor", "refused", "unlimited"].map { setting in
            // One day beyond the documented limit.
            UnknownCase(
                setting: "row-limit=\(setting)", datasets: [.simplesearch], days: 1,
                size: steady(rowsADay: 20_400, clients: 24))
        } + [
            // A limit that is lower than documented.
            ofLowLimit("row-limit=cut", .doubtful(["differ from the organization query of the day"])),
            ofLowLimit("row-limit=cut-with-cursor", .doubtful(["organization query"])),
            ofLowLimit("row-limit=refused", .nothing(["failed", "limited to 1000 results"])),
            ofLowLimit("row-limit=unlimited", .whole),
        ]
        + indifferent("search-page-size", "100", "25", "1000", days: 2, size: steady(rowsADay: 130))
        + indifferent(
            "cursor-form", "base64", "plain", "awkward", days: 1, size: steady(rowsADay: 1_100),
            datasets: [.simplesearch, .organizationJobs])
        + indifferent("end-of-cursors", "absent", "empty-object", "empty-text", "null")
        + indifferent("running-pages", "bare", "with-cursor", script: { $0.runningPolls = 3 })
        + indifferent("search-client-ids", "empty", "filled")
        + indifferent("search-requests", "absent", "filled")

    private static func ofLowLimit(_ setting: String, _ outcome: Outcome) -> UnknownCase {
        var outcomes: [Dataset: Outcome] = [:]
        if case .whole = outcome {} else { outcomes[.simplesearch] = outcome }
        return UnknownCase(
            setting: setting, datasets: [.organizationQuery, .simplesearch], days: 2, size: steady(rowsADay: 1_100),
            script: { $0.rowLimit = 1_000 }, course: .oneAfterTheOther, outcomes: outcomes)
    }

    // MARK: Jobs

    private static let jobs =
        ["bad-request", "invalid-date", "failed"].map { setting in
            // Never asked, so never refused.
            UnknownCase(
                setting: "jobs-interval=\(setting)", datasets: [.organizationJobs], days: 370,
                size: steady(rowsADay: 2),
                outcomes: [
                    .organizationJobs: .newest(364, others: ["unavailable", "the API answers for one year back only"])
                ],
                check: { bench in
                    #expect(bench.simulator.ledger.entries(of: .jobsSubmit).allSatisfy { $0.status != 400 })
                })
        }
        + indifferent("jobs-status", "accepted", "ok", script: { $0.queuedPolls = 1 })
        + [
            ofFailingJobs("failed-jobs=explained", "3 times: internal.server.error"),
            ofFailingJobs("failed-jobs=unexplained", "3 times"),
        ]
        + indifferent("platform-names", "words", "capitals")
        + ["empty", "absent"].flatMap { setting in
            var onePlatform = steady(rowsADay: 12)
            onePlatform.platforms = 1
            return [
                UnknownCase(setting: "platform-names=\(setting)", size: onePlatform),
                // Rows that nothing tells apart are not summed: whether they are two is not known.
                UnknownCase(
                    setting: "platform-names=\(setting)", datasets: [.organizationJobs, .clientJobs], days: 1,
                    size: steady(rowsADay: 300),
                    bench: { $0.clients = .these([$0.simulator.world.clients[0].id]) },
                    outcomes: [
                        .organizationJobs: .nothing(["failed", "one fact twice"]),
                        .clientJobs: .nothing(["failed", "one fact twice"]),
                    ]),
            ]
        }
        + indifferent("sort-fields", "any", "of-rows", "none")

    private static func ofFailingJobs(_ setting: String, _ reason: String) -> UnknownCase {
        UnknownCase(
            setting: setting,
            script: { script in
                script.faults = [
                    Fault(.jobsResults, .queryStatus("Failed")), Fault(.clientJobsResults, .queryStatus("Failed")),
                ]
            },
            outcomes: [.organizationJobs: .nothing(["failed", reason]), .clientJobs: .nothing(["failed", reason])])
    }

    // MARK: Access

    private static let access =
        indifferent("token-limit", "unlimited")
        + [
            // One token does for all, and one more when it is refused.
            UnknownCase(
                setting: "token-limit=per-minute",
                script: { script in
                    script.tokenMaximum = 2
                    script.faults = [Fault(.results, .nth(2), .expireToken)]
                },
                check: { #expect($0.simulator.ledger.entries(of: .token).map(\.status) == [200, 200]) }),
            // No token for a minute is a silence asked for; the next pass keeps it, too.
            UnknownCase(
                setting: "token-limit=per-minute", datasets: [.organizationQuery], days: 1,
                script: { script in
                    script.tokenMaximum = 1
                    script.faults = [Fault(.results, .nth(1), .status(401))]
                },
                longestSilence: .seconds(5),
                outcomes: [.organizationQuery: .nothing(["gap"])],
                check: { bench in
                    #expect(bench.simulator.ledger.entries(of: .token).map(\.status) == [200, 429])
                    let asked = bench.simulator.ledger.entries.count
                    let report = try await bench.pass().run(.once)
                    #expect(report.sourceFailures.first?.reason.contains("rests until") == true)
                    #expect(bench.simulator.ledger.entries.count == asked)
                }),
            // Another holder of the credentials voids the token now and then; each refusal costs one new token.
            UnknownCase(
                setting: "token-limit=alive",
                script: { script in
                    script.tokenMaximum = 1
                    script.faults = [
                        Fault(.results, .nth(1), .expireToken), Fault(.jobsResults, .nth(2), .expireToken),
                    ]
                },
                check: { #expect($0.simulator.ledger.count(of: .token) == 3) }),
        ]
}
