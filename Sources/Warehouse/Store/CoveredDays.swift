import FoundationEssentials
import Postgres
import UsageDomain

/// What the window's days hold before they are replaced.
struct CoveredDays {
    /// Days whose rows are stored: their changes go to the journal.
    let days: [Day]
    /// When the answer that each of them holds was asked for, in the order of `days`.
    let fetchedAt: [Date]
    /// The newest submission whose answer any of the days holds.
    let newestSubmission: SubmissionID?
    /// When the answer that is about to be stored was asked for.
    let submittedAt: Date

    init(of context: WindowContext, on connection: isolated PostgresConnection) throws {
        let window = context.window
        let known = try connection.query(
            """
            SELECT usage_date, submission_id, fetched_at
            FROM ingest.coverage
            WHERE organization_key = \(context.organization.rawValue)
                AND dataset = \(window.dataset.rawValue)::ingest.dataset
                AND client_id = \(window.clientID)
                AND usage_date BETWEEN \(window.firstDay.sqlDate) AND \(window.lastDay.sqlDate)
                AND row_count IS NOT NULL
            """
        ).map { try $0.decode(PostgresDate.self, Int64.self, Date.self) }
        days = known.map { Day($0.0) }
        fetchedAt = known.map(\.2)
        newestSubmission = known.map { SubmissionID(rawValue: $0.1) }.max()
        let submission = try connection.query(
            "SELECT intended_at FROM ingest.execution WHERE submission_id = \(context.submission.rawValue)")
        submittedAt = try submission.first?.decode(Date.self) ?? context.now
    }

    /// A list of the days, each with the moment at which its answer was asked for: `usage_date`, `fetched_at`.
    var rows: SQL {
        "unnest(\(days.map(\.sqlDate))::date[], \(fetchedAt)::timestamptz[]) AS known (usage_date, fetched_at)"
    }

    /// Some of the days, with the moments at which their answers were asked for.
    func changed(_ changed: [PostgresDate]) -> [Day: Date] {
        let changed = Set(changed.map { Day($0) })
        return Dictionary(zip(days, fetchedAt).filter { changed.contains($0.0) }, uniquingKeysWith: { $1 })
    }

    /// Whether any of the days holds an answer that was submitted later, which therefore stays.
    func areNewer(than submission: SubmissionID) -> Bool {
        newestSubmission.map { $0 > submission } ?? false
    }
}
