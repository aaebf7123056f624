import Daemon
import Foundation
import Postgres
import TestSupport
import Testing
import UsageSimulator

/// The doctor's table of faults: each is found, named with its remedy, and comes to what a run comes to.
@Suite(.database, .timeLimit(.minutes(30)))
struct DoctorTests {
    @Test(arguments: DoctorCase.all)
    func `what is wrong is found and named with its remedy`(case wrong: DoctorCase) async throws {
        try await DoctorBench.with { bench in
            try await wrong.arrange(bench)
            let report = try await bench.examine(clockOffset: wrong.clockOffset, longestSilence: wrong.longestSilence)
            let text = DoctorText(report).description
            let found = report.findings.filter { $0.name == wrong.finding && $0.severity == wrong.severity }
            #expect(!found.isEmpty, "\(text)")
            #expect(found.contains { wrong.remedy.isEmpty || $0.remedy.contains(wrong.remedy) }, "\(text)")
            #expect(report.status?.rawValue ?? 0 == wrong.status, "\(text)")
            #expect(report.findings.allSatisfy { $0.severity != .fault || !$0.remedy.isEmpty }, "\(text)")
            #expect(!text.contains("S3cr3t"), "\(text)")
            guard wrong.isRun else { return }
            let ended = try await bench.run(clockOffset: wrong.clockOffset)
            #expect(ended == wrong.status, "what a run ends with")
        }
    }

    @Test func `every fault of the table has a sentence of its own`() {
        #expect(Set(DoctorCase.all.map(\.fault)).count == DoctorCase.all.count)
        #expect(Set(DoctorCase.all.filter { $0.severity == .fault }.map { $0.finding + $0.remedy }).count >= 20)
    }

    @Test func `where all is well there is nothing but a warning of the superuser`() async throws {
        try await DoctorBench.with { bench in
            try bench.log(
                inAs: .withEverything,
                for: "organization_query, client_query, client_summary, simplesearch, organization_jobs, client_jobs")
            let report = try await bench.examine()
            let text = DoctorText(report).description
            #expect(report.status == nil, "\(text)")
            #expect(report.findings.filter { $0.severity != .ok }.map(\.name) == ["database.login"], "\(text)")
            // Six datasets are read from five places.
            #expect(report.requests == ["acme": 10])
            let asked = bench.simulator.ledger.entries.map(\.endpoint)
            #expect(asked.count == 10)
            #expect(!asked.contains { $0.rawValue.hasSuffix("submit") || $0 == .clientSummary })
        }
    }

    @Test func `all problems are told at once, and what cannot be examined says why`() async throws {
        try await DoctorBench.with { bench in
            try bench.addSecondAccount(as: .withOlderPermission)
            try bench.edit("{file: \(bench.usaged.folder)/acme-secret}", "{env: NOT_SET}")
            try bench.edit("{file: \(bench.usaged.folder)/emca-secret}", "{env: NOT_SET}")
            try bench.edit("directory: \(bench.usaged.folder)", "directory: \(bench.usaged.folder)/none")
            try bench.edit(bench.usaged.conninfo, "host=\(bench.usaged.folder) dbname=usage")
            let report = try await bench.examine()
            let faults = report.findings.filter { $0.severity == .fault }.map { "\($0.name) \($0.source)" }
            #expect(faults == ["secret acme", "secret emca", "spool ", "database "])
            #expect(report.status == .badConfiguration)
            let skipped = report.findings.filter { $0.severity == .skipped }
            #expect(Set(skipped.map(\.name)) == ["spool.room", "schema", "credentials", "permission"])
            #expect(skipped.allSatisfy { $0.text.hasPrefix("not examined: ") })
            #expect(bench.simulator.ledger.entries.isEmpty)
        }
    }

    @Test func `a source that rests is not asked at all`() async throws {
        try await DoctorBench.with { bench in
            _ = try await bench.run()
            try await bench.execute("UPDATE ingest.source SET resting_until = clock_timestamp() + interval '2 hours'")
            let before = bench.simulator.ledger.entries.count
            let report = try await bench.examine()
            #expect(report.requests == ["acme": 0])
            #expect(bench.simulator.ledger.entries.count == before)
        }
    }

    @Test func `an examination leaves the database as it is`() async throws {
        try await DoctorBench.with { bench in
            _ = try await bench.run()
            func written() async throws -> [String] {
                try await bench.usaged.texts(
                    "SELECT concat_ws(' ', name, xmin, failures, resting_until, last_error) FROM ingest.source")
                    + bench.usaged.texts("SELECT concat_ws(' ', count(*), max(run_id)) FROM ingest.run")
                    + bench.usaged.texts("SELECT concat_ws(' ', count(*), max(submission_id)) FROM ingest.execution")
            }
            let before = try await written()
            #expect(try await bench.examine().status == nil)
            #expect(try await written() == before)
        }
    }

    @Test func `a certificate that nobody vouches for is told with the key that names who does`() async throws {
        try await TestAuthority.with { authority in
            let identity = try await authority.identity(for: "localhost")
            try await DoctorBench.with { bench in
                try await SecureFront.run(as: identity, inFrontOf: try bench.simulatorPort) { port in
                    try bench.edit(bench.simulator.baseURL, "https://localhost:\(port)")
                    let report = try await bench.examine()
                    let fault = try #require(report.findings.first { $0.severity == .fault })
                    #expect(fault.name == "vendor.certificate")
                    #expect(fault.remedy.contains("ca-file"))
                    #expect(report.status == .unavailable)
                    #expect(try await bench.run() == 69)
                    try bench.edit("    client-id:", "    ca-file: \(authority.file)\n    client-id:")
                    #expect(try await bench.examine().status == nil)
                }
            }
        }
    }
}
