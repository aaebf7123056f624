import Foundation
import TestSupport
import Testing
import UsageSimulator

/// `usaged check`, the built binary.
@Suite(.database, .timeLimit(.minutes(30)))
struct DoctorCommandTests {
    /// What `--json` promises; decoding fails when a field is missing or of another type.
    private struct Report: Decodable {
        struct Finding: Decodable {
            let severity, name, source, dataset, text, remedy: String
        }

        let version: Int
        let examinedAt: Date
        let exitStatus: Int32
        let requests: [String: Int]
        let findings: [Finding]

        init(_ output: String) throws {
            let decoder = JSONDecoder()
            decoder.dateDecodingStrategy = .iso8601
            self = try decoder.decode(Self.self, from: Data(output.utf8))
        }
    }

    @Test func `all is well, in text and in JSON`() async throws {
        try await DoctorBench.with { bench in
            let text = try await bench.usaged.usaged("check")
            #expect(text.code == 0, "\(text.output) \(text.log)")
            // Not at a terminal: words instead of signs, and no colour.
            #expect(text.output.contains("ok       configuration"), "\(text.output)")
            #expect(!text.output.contains("\u{1B}"))
            #expect(
                text.output.hasSuffix("0 faults, 1 warning: a run would work. Requests sent: 6 to acme.\n"),
                "\(text.output)")
            let json = try await bench.usaged.usaged("check", "--json")
            #expect(json.code == 0)
            let report = try Report(json.output)
            #expect(report.version == 1)
            #expect(report.exitStatus == 0)
            #expect(abs(report.examinedAt.timeIntervalSinceNow) < 3_600)
            #expect(report.requests == ["acme": 6])
            let permission = try #require(report.findings.first { $0.name == "permission" })
            #expect([permission.source, permission.dataset] == ["acme", "organization_query"])
        }
    }

    @Test func `a fault is the exit status of the process, in text, in JSON and of a run`() async throws {
        try await DoctorBench.with { bench in
            try bench.store("wrong-S3cr3t", as: "acme-secret")
            let text = try await bench.usaged.usaged("check")
            #expect(text.code == 77, "\(text.log)")
            #expect(text.output.contains("a run would end with 77: no permission."), "\(text.output)")
            let json = try await bench.usaged.usaged("check", "--json")
            #expect(json.code == 77)
            #expect(try Report(json.output).exitStatus == 77)
            #expect(try await bench.usaged.usaged("run", "--once").code == 77)
            for output in [text.output, text.log, json.output, json.log] { #expect(!output.contains("S3cr3t")) }
        }
    }

    @Test func `mistakes of the configuration are findings, all of them`() async throws {
        try await DoctorBench.with { bench in
            try bench.edit("listen:", "lisen:")
            try bench.edit("kind: genesys", "kind: genesis")
            let json = try await bench.usaged.usaged("check", "--json")
            #expect(json.code == 78)
            let report = try Report(json.output)
            let faults = report.findings.filter { $0.severity == "fault" }
            #expect(faults.allSatisfy { $0.name == "configuration" && !$0.remedy.isEmpty })
            for word in ["lisen", "genesis"] { #expect(faults.contains { $0.text.contains(word) }, "\(json.output)") }
            #expect(faults.allSatisfy { $0.text.contains(bench.usaged.configurationFile) })
        }
    }

    @Test func `a disk that is full is told before a window needs it`() async throws {
        try await DoctorBench.with { bench in
            let full = try await bench.usaged.usaged(["check"], limitingFilesTo: 512)
            #expect(full.code == 75, "\(full.output)")
            #expect(full.output.contains("not even 1 MiB can be written in \(bench.usaged.folder)"), "\(full.output)")
            #expect(full.output.contains("-> make room there"))
        }
    }

    @Test(arguments: [["--day", "2025-06-02"], ["--probe-infodeck", "tower"]])
    func `half a probe is bad usage`(arguments: [String]) async throws {
        try await DoctorBench.with { bench in
            let finished = try await bench.usaged.usaged(["check"] + arguments)
            #expect(finished.code == 64)
            #expect(finished.log.contains("belong together"), "\(finished.log)")
        }
    }
}
