import FoundationEssentials
import UsageDomain
import Warehouse

/// What a window writes down, patient with a database that goes away for a moment.
extension WindowWork {
    /// The warehouse's recorder, patient with a database that goes away for a moment.
    var recorder: ExecutionRecorder { recorder(resumingAfter: nil) }

    /// The recorder for questions about an answer: what was asked before that answer speaks of other numbers, and is
    /// given up instead of taken up again.
    func recorder(of report: FetchReport) -> ExecutionRecorder {
        recorder(resumingAfter: ([report.submission] + report.parts).max())
    }

    private func recorder(resumingAfter earliest: SubmissionID?) -> ExecutionRecorder {
        let direct = warehouse.recorder(
            organization: source.organization, run: run, byUser: source.byUser, now: settings.now)
        let patient = ExecutionRecorder(
            open: { query in
                let open = try await patiently { try await direct.open(query) }
                guard let open, let earliest, open.submission < earliest else { return open }
                try await end([open.submission], .abandoned)
                return nil
            },
            intend: { query in try await patiently { try await direct.intend(query) } },
            accepted: { submission, id in try await patiently { try await direct.accepted(submission, id) } },
            ended: { submission, end in try await patiently { try await direct.ended(submission, end) } }
        )
        return executions.counting(learning(patient), of: source.name).telling(onEvent, of: source.name)
    }

    /// Writes down that nothing more will be asked of what an answer was read from.
    func end(_ report: FetchReport, _ end: ExecutionEnd) async throws {
        try await self.end([report.submission] + report.parts, end)
    }

    func end(_ submissions: [SubmissionID], _ end: ExecutionEnd) async throws {
        for submission in submissions {
            try await patiently { try await warehouse.endExecution(submission, end, now: settings.now()) }
        }
    }

    /// What storing a window's answer needs beside the answer.
    func context(of window: Window, _ report: FetchReport, doubt: String?) -> WindowContext {
        WindowContext(
            window: window, organization: source.organization, run: run, submission: report.submission,
            otherSubmissions: report.parts, settling: source.settling(of: window.dataset), now: settings.now(),
            doubt: doubt, sharedNames: report.sharedNames)
    }

    /// Stores an answer, and gives the submission up when the warehouse refuses it.
    func store(
        _ window: Window,
        _ report: FetchReport,
        doubt: String?,
        _ store: () async throws -> StoreOutcome
    ) async throws -> Settlement {
        let outcome: StoreOutcome
        do {
            outcome = try await patiently(store)
        } catch let error as WarehouseError {
            try await end(report, .abandoned)
            throw error
        }
        onEvent(.windowStored(source: source.name, window: window, outcome: outcome, report: report, doubt: doubt))
        var result = WindowResult()
        result.stored = 1
        result.outcome = outcome
        result.rows = report.rows
        result.lateDays = noteLateDays(of: outcome, in: window)
        return .stored(result)
    }

    func patiently<Value: Sendable>(_ work: () async throws -> Value) async throws -> Value {
        try await settings.patience.attempt(onEvent: onEvent, work)
    }
}
