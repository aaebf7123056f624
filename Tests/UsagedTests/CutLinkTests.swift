import EphemeralPostgres
import Foundation
import Postgres
import Subprocess
import TestSupport
import Testing
import UsageSimulator

/// Two daemons of which one is cut off from the database, as on another machine whose cable is pulled.
@Suite(.database, .timeLimit(.minutes(30)))
struct CutLinkTests {
    @Test func `a daemon whose link is cut sends nothing more, and the other takes over within 15 seconds`()
        async throws
    {
        let rules = "/tmp/usaged-hba-\(UUID().uuidString)"
        try "local all all trust\nhost all all all trust\n".write(toFile: rules, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(atPath: rules) }
        var script = Script()
        script.runningPolls = 1_000_000
        let endless = script
        try await Cable.with { cable in
            let options = EphemeralPostgres.Options(
                listensOnTCP: true, settings: ["listen_addresses": "*", "hba_file": rules],
                launcher: cable.launcher(.near))
            try await EphemeralPostgres.withCluster(options) { cluster in
                try await Installation.with(World(seed: 56), script: endless, conninfo: cluster.conninfo()) {
                    try await cutLink(cable, to: cluster, $0)
                }
            }
        }
    }

    private func cutLink(_ cable: Cable, to cluster: EphemeralPostgres, _ usaged: Installation) async throws {
        let url = try #require(URL(string: usaged.simulator.baseURL))
        let road = try FaultProxy(
            to: .tcp(host: "127.0.0.1", port: UInt16(try #require(url.port))),
            listening: try await cable.listener(.far))
        defer { road.close() }
        func configure(_ database: String, _ url: String) throws {
            try usaged.configure {
                $0.replacing(cluster.conninfo(), with: database).replacing(usaged.simulator.baseURL, with: url)
                    .replacing("start-date: 2020-01-01", with: "start-date: 2025-11-01")
            }
        }
        #expect(try await usaged.usaged("migrate").code == 0)
        try configure(
            "host=\(cable.address) port=\(cluster.port) user=postgres dbname=postgres",
            "http://127.0.0.1:\(road.port)")
        let cut = Task {
            try await usaged.usaged(["run"], startedBy: cable.launcher(.far)) { process in
                try await usaged.simulator.ledger.reaches(1, of: .results)
                try await eventually("another waits") { try await usaged.waiters() == 1 }
                let moment = try await usaged.databaseTime()
                try cable.pull(true)
                try await eventually("the other works") { try await usaged.secondTaking(since: moment) != nil }
                let sent = road.traffic.bytes
                // Of these the server needs nine to eleven to believe that nobody is there.
                let seconds = try #require(try await usaged.secondTaking(since: moment))
                #expect(seconds <= 15)
                let asked = usaged.simulator.ledger.count(of: .results)
                try await usaged.simulator.ledger.reaches(asked + 3, of: .results)
                #expect(road.traffic.bytes == sent)
                usaged.simulator.rewrite { $0.runningPolls = 0 }
                try await eventually("the other is done") {
                    try await usaged.texts("SELECT 'x' FROM ingest.run WHERE outcome = 'complete'").count == 1
                }
                #expect(road.traffic.bytes == sent)
                try cable.pull(false)
                try await eventually("the first has seen that there is nothing left to do") {
                    try await usaged.texts("SELECT 'x' FROM ingest.run WHERE outcome = 'complete'").count >= 2
                }
                kill(process.value, SIGTERM)
            }
        }
        try await eventually("the first works") { try await usaged.holders(at: .elsewhere) == 1 }
        try configure(cluster.conninfo(), usaged.simulator.baseURL)
        let other = try await usaged.usaged(["run"]) { process in
            let first = try await cut.value
            #expect(first.code == 0, "\(first.log)")
            kill(process.value, SIGTERM)
        }
        #expect(other.code == 0)
        // Three windows are under way: a submission that was when the cable was pulled has an answer that could not be written down.
        let submits = usaged.simulator.ledger.entries(of: .submit).map(\.body)
        #expect(submits.count - Set(submits).count <= 3)
    }
}
