import Foundation
import Glibc
import Postgres
import Subprocess
import Testing
import UsageSimulator

/// What tests of crashes do to an installation and ask of it.
extension Installation {
    /// Runs a pass and kills it when a moment has come.
    func killed(at moment: @Sendable @escaping () async throws -> Void) async throws {
        let finished = try await usaged(["run", "--once"] + (hasChannels ? ["--source", "tower"] : [])) { process in
            try await moment()
            kill(process.value, SIGKILL)
        }
        #expect(finished.code == nil, "\(finished.log)")
    }

    private var hasChannels: Bool {
        (try? String(contentsOfFile: configurationFile, encoding: .utf8).contains("infodeck")) ?? false
    }

    /// How often the vendor was asked to begin the query of a dataset; queries for totals beside it do not count.
    func submits(of dataset: CrashDataset) -> Int {
        let entries = simulator.ledger.entries(of: dataset.submit)
        return entries.count { $0.body == entries.first?.body }
    }

    /// What the last run says of executions: resumed, lost, submitted perhaps a second time.
    func lastAccount() async throws -> String? {
        try await texts(
            """
            SELECT concat_ws(' ', executions_resumed, executions_lost, doubtful_repeats)
            FROM ingest.run
            WHERE outcome = 'complete'
            ORDER BY run_id DESC
            LIMIT 1
            """
        ).first
    }
}
