import Foundation
import Glibc
import Postgres
import Subprocess
import TestSupport
import Testing
import UsageSimulator

/// The built binary and the folder of its spool.
@Suite(.database, .serialized, .timeLimit(.minutes(30)))
struct SpoolCommandTests {
    /// Enough rows in a month to fill the memory and go on in a file.
    private static let world = World(seed: 70, size: .init(rowsADay: 2_600, isSteady: true))

    @Test func `a folder of the spool that is missing ends with 78 before anything is asked`() async throws {
        try await Installation.with(script: Installation.prompt) { usaged in
            try usaged.configure {
                $0.replacing("directory: \(usaged.folder)", with: "directory: \(usaged.folder)/none")
            }
            for command in [["run"], ["run", "--once"], ["run", "--backfill", "2025-01-01..2025-01-31"]] {
                let finished = try await usaged.usaged(command)
                #expect(finished.code == 78, "\(finished.log)")
                #expect(finished.log.contains("the spool in \(usaged.folder)/none could not be created"))
                #expect(finished.log.contains("spool.directory"))
            }
            #expect(usaged.simulator.ledger.entries.isEmpty)
        }
    }

    @Test func `a large answer is in a file without a name, of which a kill leaves nothing`() async throws {
        // The end of the answer is seconds behind what goes to the file.
        let slow = Fault(.completeResults, .nth(1), .drip(bytes: 1 << 18, every: .milliseconds(100)))
        var script = Installation.prompt
        script.faults = [slow]
        try await Installation.with(Self.world, script: script) { usaged in
            let spool = "\(usaged.folder)/spool"
            try FileManager.default.createDirectory(atPath: spool, withIntermediateDirectories: true)
            try usaged.configure { $0.replacing("directory: \(usaged.folder)", with: "directory: \(spool)") }
            let killed = try await usaged.usaged(["run", "--backfill", "2025-01-01..2025-01-31"]) { process in
                try await eventually("the answer goes on in a file") {
                    Self.openFiles(of: process.value).contains { $0.contains("/spool/") && $0.hasSuffix(" (deleted)") }
                }
                #expect(try FileManager.default.contentsOfDirectory(atPath: spool) == [])
                kill(process.value, SIGKILL)
            }
            #expect(killed.code == nil)
            #expect(try FileManager.default.contentsOfDirectory(atPath: spool) == [])
            // What a kill leaves where files must have a name for a moment is removed by the next start.
            try Data("left behind".utf8).write(to: URL(fileURLWithPath: "\(spool)/usaged-spool-a1B2c3"))
            let finished = try await usaged.usaged("run", "--backfill", "2025-01-01..2025-01-31")
            #expect(finished.code == 0, "\(finished.log)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: spool) == [])
            #expect(try await usaged.usage() == usaged.truth(.init(2025, 1, 1), .init(2025, 1, 31)))
        }
    }

    @Test func `a spool without room fails the window that needs it, and names the folder; the others go on`()
        async throws
    {
        try await Installation.with(Self.world, script: Installation.prompt) { usaged in
            // No file may grow beyond a megabyte: January's rows do not fit into memory, February's do.
            let command = ["run", "--backfill", "2025-01-01..2025-02-05", "--log-level", "info"]
            let finished = try await usaged.usaged(command, limitingFilesTo: 1_024)
            #expect(finished.code == 75, "\(finished.log)")
            #expect(
                finished.log.contains(
                    "the spool in \(usaged.folder) could not be written: File too large; make room there"),
                "\(finished.log)")
            #expect(try await usaged.usage() == usaged.truth(.init(2025, 2, 1), .init(2025, 2, 5)))
            #expect(
                try await usaged.texts(
                    """
                    SELECT concat_ws(' ', state, count(*), count(*) FILTER (WHERE last_error LIKE '%make room%'))
                    FROM usage.coverage WHERE usage_date BETWEEN '2025-01-01' AND '2025-02-05' GROUP BY state
                    ORDER BY state
                    """) == ["covered 5 0", "failed 31 31"])
            // With room again the failed month is read, and nothing else.
            let submits = usaged.simulator.ledger.count(of: .submit)
            #expect(try await usaged.usaged("run", "--backfill", "2025-01-01..2025-02-05").code == 0)
            #expect(usaged.simulator.ledger.count(of: .submit) <= submits + 1)
            #expect(try await usaged.usage() == usaged.truth(.init(2025, 1, 1), .init(2025, 2, 5)))
        }
    }

    @Test func `an answer longer than spool max-answer is refused with the limit named`() async throws {
        try await Installation.with(script: Installation.prompt) { usaged in
            try usaged.configure {
                $0.replacing("{directory: \(usaged.folder)}", with: "{directory: \(usaged.folder), max-answer: 4KiB}")
            }
            let finished = try await usaged.usaged("run", "--backfill", "2025-01-31..2025-01-31")
            #expect(finished.code == 75, "\(finished.log)")
            #expect(finished.log.contains("4096"), "\(finished.log)")
            #expect(try await usaged.usage() == "0 0")
            #expect(
                try await usaged.texts("SELECT last_error FROM usage.coverage WHERE usage_date = '2025-01-31'")
                    .first?.contains("4096") == true)
        }
    }

    /// What the descriptors of a process lead to.
    private static func openFiles(of process: pid_t) -> [String] {
        let folder = "/proc/\(process)/fd"
        let descriptors = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return descriptors.compactMap { try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\($0)") }
    }
}
