import Foundation
import Glibc
import Subprocess
import TestSupport
import Testing
import UsageSimulator

/// The built binary and what it serves.
@Suite(.database, .timeLimit(.minutes(30)))
struct ListenTests {
    /// A daemon that runs, and where it listens.
    private struct Daemon: Sendable {
        let process: ProcessIdentifier
        let port: UInt16

        func page(_ path: String) async throws -> String { try await RawClient.get(path, at: port) }

        func isReady() async throws -> Bool { try await page("/ready").hasPrefix("HTTP/1.1 200 ") }
    }

    /// Runs the daemon on a free port until the body ends, then asks it to end.
    private func withDaemon(
        _ usaged: Installation, key: String? = nil, _ body: @Sendable @escaping (Daemon) async throws -> Void
    ) async throws -> Installation.Finished {
        let log = UUID().uuidString
        let text = try String(contentsOfFile: usaged.configurationFile, encoding: .utf8)
        try text.replacing("listen: \"\"", with: "listen: 127.0.0.1:0")
            .write(toFile: usaged.configurationFile, atomically: true, encoding: .utf8)
        return try await usaged.usaged(["run"], key: key, log: log) { process in
            defer { kill(process.value, SIGTERM) }
            var port: UInt16?
            try await eventually("it says where it listens") {
                let written = try String(contentsOfFile: usaged.logFile(log), encoding: .utf8)
                port = written.firstMatch(of: /address=127\.0\.0\.1:(\d+)\n/).flatMap { UInt16($0.1) }
                return port != nil
            }
            try await body(Daemon(process: process, port: try #require(port)))
        }
    }

    private func withInstallation(
        _ seed: UInt64, _ body: @Sendable (Installation) async throws -> Void
    ) async throws {
        let world = World(seed: seed, size: .init(rowsADay: 5))
        try await Installation.with(world, script: Installation.prompt) { usaged in
            try usaged.configure {
                $0.replacing("start-date: 2020-01-01", with: "start-date: \(Installation.daysAgo(5))")
            }
            try await body(usaged)
        }
    }

    /// The value of a line of a scrape.
    private func value(_ series: String, in scrape: String) -> Double? {
        scrape.split(separator: "\n").first { $0.hasPrefix("\(series) ") }
            .flatMap { Double($0.dropFirst(series.count + 1)) }
    }

    @Test func `a scrape tells what was stored, what was asked and how far it is`() async throws {
        try await withInstallation(70) { usaged in
            let finished = try await withDaemon(usaged) { daemon in
                let success = #"usaged_last_success_timestamp_seconds{source="acme"}"#
                let lag = #"usaged_coverage_day_lag{dataset="organization_query",source="acme"}"#
                try await eventually("a run was complete, and it was read how far the source is") {
                    let scrape = try await daemon.page("/metrics")
                    return value(success, in: scrape) != nil && value(lag, in: scrape) == 0
                }
                let scrape = try await daemon.page("/metrics")
                let rows = usaged.simulator.world.rows(
                    from: Installation.daysAgo(5), through: Installation.daysAgo(1))
                let of = #"dataset="organization_query""#
                #expect(
                    value(#"usaged_rows_stored_total{\#(of),outcome="inserted",source="acme"}"#, in: scrape)
                        == Double(rows.count))
                #expect(value(#"usaged_coverage_day_lag{\#(of),source="acme"}"#, in: scrape) == 0)
                #expect(value(#"usaged_coverage_gaps{\#(of),source="acme"}"#, in: scrape) == 0)
                #expect(value(#"usaged_executions_in_flight{source="acme"}"#, in: scrape) == 0)
                #expect(value(#"usaged_runs_total{outcome="complete",source="acme"}"#, in: scrape) == 1)
                #expect(value(#"usaged_source_standing{source="acme",standing="admitted"}"#, in: scrape) == 1)
                let requests = scrape.split(separator: "\n").filter { $0.hasPrefix("usaged_requests_total{") }
                    .compactMap { $0.split(separator: " ").last.flatMap { Int($0) } }
                #expect(requests.reduce(0, +) == usaged.simulator.ledger.count)
                #expect(
                    scrape.contains(#"usaged_requests_total{endpoint="token",source="acme",status="200"} 1"# + "\n"))
                #expect(try await daemon.page("/ready").hasSuffix("\r\n\r\nready\nsource acme: admitted\n"))
                #expect(try await daemon.page("/live").hasSuffix("\r\n\r\nlive\n"))
                // For the check of CI that Prometheus' own tool has nothing to say against it.
                let body = try #require(scrape.split(separator: "\r\n\r\n", maxSplits: 1).last)
                try String(body).write(
                    toFile: "\(usaged.logFolder)/scrape.prom", atomically: true, encoding: .utf8)
            }
            #expect(finished.code == 0, "\(finished.log)")
            // One line a run, and one that says where it listens.
            let lines = finished.log.split(separator: "\n").filter { $0.contains(" info ") }
            #expect(lines.count == 2, "\(lines)")
        }
    }

    @Test func `while the database is away it answers everybody, and says so`() async throws {
        try await withInstallation(71) { usaged in
            let proxy = try usaged.proxied()
            let finished = try await withDaemon(usaged) { daemon in
                try await eventually("it is ready") { try await daemon.isReady() }
                proxy.mode = .refuse
                proxy.resetConnections()
                try await eventually("it says that it is not") { try await !daemon.isReady() }
                #expect(try await daemon.page("/ready").contains("\r\n\r\nnot ready\ndatabase: away: "))
                try await withThrowingTaskGroup(of: String.self) { group in
                    for _ in 1...8 {
                        group.addTask {
                            var last = ""
                            for _ in 1...25 { last = try await daemon.page("/metrics") }
                            return last
                        }
                    }
                    for try await scrape in group {
                        #expect(value("usaged_database_up", in: scrape) == 0)
                        #expect(value("usaged_ready", in: scrape) == 0)
                    }
                }
                #expect(try await daemon.page("/live").hasPrefix("HTTP/1.1 200 "))
                proxy.mode = .forward
                try await eventually("it is ready again") { try await daemon.isReady() }
                #expect(value("usaged_database_up", in: try await daemon.page("/metrics")) == 1)
            }
            #expect(finished.code == 0, "\(finished.log)")
        }
    }

    @Test func `it answers before its database is there, and asks nothing of the vendor`() async throws {
        try await withInstallation(72) { usaged in
            let proxy = try usaged.proxied()
            proxy.mode = .refuse
            let finished = try await withDaemon(usaged) { daemon in
                try await eventually("it has noticed") {
                    try await daemon.page("/ready").contains("database: away: ")
                }
                #expect(try await daemon.page("/live").hasPrefix("HTTP/1.1 200 "))
                #expect(usaged.simulator.ledger.entries.isEmpty)
                proxy.mode = .forward
                try await eventually("it is ready") { try await daemon.isReady() }
            }
            #expect(finished.code == 0, "\(finished.log)")
        }
    }

    @Test func `a refused source is shown and does not hold up the others`() async throws {
        try await withInstallation(73) { usaged in
            try usaged.configureEverything(since: Installation.daysAgo(2)) { text in
                text.replacing(/datasets: \[.*\]/, with: "datasets: [organization_query]")
            }
            let finished = try await withDaemon(usaged, key: "wrong-S3cr3t") { daemon in
                try await eventually("it is ready") { try await daemon.isReady() }
                let page = try await daemon.page("/ready")
                #expect(page.contains("\nsource acme: admitted\n"))
                #expect(page.contains("\nsource tower: refused: "))
                #expect(!page.contains("wrong-S3cr3t"))
            }
            #expect(finished.code == 0, "\(finished.log)")
        }
    }

    @Test func `a port in use ends with 69 before anything is asked, and commands for once do not listen`() async throws
    {
        try await withInstallation(74) { usaged in
            // Somebody listens there.
            let address = usaged.simulator.baseURL.dropFirst("http://".count)
            let text = try String(contentsOfFile: usaged.configurationFile, encoding: .utf8)
            try text.replacing("listen: \"\"", with: "listen: \(address)")
                .write(toFile: usaged.configurationFile, atomically: true, encoding: .utf8)
            let finished = try await usaged.usaged("run")
            #expect(finished.code == 69, "\(finished.log)")
            #expect(finished.log.contains("listen: \(address) is in use"))
            #expect(usaged.simulator.ledger.entries.isEmpty)
            #expect(try await usaged.usaged("run", "--once").code == 0)
        }
    }

    @Test func `an address of another machine ends with 78`() async throws {
        try await withInstallation(75) { usaged in
            let text = try String(contentsOfFile: usaged.configurationFile, encoding: .utf8)
            try text.replacing("listen: \"\"", with: "listen: 192.0.2.1:9464")
                .write(toFile: usaged.configurationFile, atomically: true, encoding: .utf8)
            let finished = try await usaged.usaged("run")
            #expect(finished.code == 78, "\(finished.log)")
            #expect(finished.log.contains("listen: 192.0.2.1:9464 is no address of this machine"))
        }
    }

    @Test func `every line about a window carries run, source, dataset and window`() async throws {
        try await withInstallation(76) { usaged in
            let finished = try await usaged.usaged("run", "--once", "--log-format", "json")
            #expect(finished.code == 0, "\(finished.log)")
            let lines = try finished.log.split(separator: "\n").map {
                try JSONDecoder().decode([String: String].self, from: Data($0.utf8))
            }
            let stored = try #require(lines.first { $0["message"] == "window stored" })
            // Written far below the pass, by who knows nothing of runs.
            let asked = lines.filter { $0["http.request"]?.contains("/query/") ?? false }
            #expect(!asked.isEmpty)
            for line in asked {
                for key in ["run", "source", "dataset", "window"] {
                    #expect(line[key] == stored[key], "\(key) of \(line)")
                }
            }
            #expect(lines.filter { $0["level"] == "info" }.map { $0["message"] } == ["run finished"])
        }
    }
}
