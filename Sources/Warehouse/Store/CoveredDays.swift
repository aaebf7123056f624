import FoundationEssentials
import Postgres
import UsageDomain

/// What the window's days hold before they are replaced.
struct CoveredDays {
    /// Days whose rows are stored: their changes go to the journal.
    let days: [Day]
    /// The newest submission whose answer any of the days holds.
    let newestSubmission: SubmissionID?
    /// When the answer that is about to be stored was asked for.
    let submittedAt: Date

    init(of context: WindowContext, on connection: isolated PostgresConnection) throws {
        let window = context.window
        let known = try connection.query(
            """
            SELECT usage_date, submission_id
            FROM ingest.coverage
            WHERE organization_key = \(context.organization.rawValue)
                AND dataset = \(window.dataset.rawValue)::ingest.dataset
                AND client_id = \(window.clientID)
                AND usage_date BETWEEN \(window.firstDay.sqlDate) AND \(window.lastDay.sqlDate)
                AND row_count IS NOT NULL
            """
        ).map { try $0.decode(PostgresDate.self, Int64.self) }
        days = known.map { Day($0.0) }
        newestSubmission = known.map { SubmissionID(rawValue: $0.1) }.max()
        let submission = try connection.query(
            "SELECT intended_at FROM ingest.execution WHERE submission_id = \(context.submission.rawValue)")
        submittedAt = try submission.first?.decode(Date.self) ?? context.now
    }

    /// Whether any of the days holds an answer that was submitted later, which therefore stays.
    func areNewer(than submission: SubmissionID) -> Bool {
        newestSubmission.map { $0 > submission } ?? false
    }
}
