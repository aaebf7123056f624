package import FoundationEssentials
package import UsageDomain
package import Warehouse

/// What happens during a pass, in the order in which it happens. Logs, progress and metrics are made of these.
package enum PassEvent: Sendable {
    case began(run: RunID, windows: Int)
    case sourceReady(source: String, organization: Organization, windows: Int)
    case sourceFailed(source: String, kind: FetchFailureKind, reason: String)
    /// The source kept failing, the last time for this reason, and the schedule leaves it alone until then.
    case sourceLeftAlone(source: String, until: Date, reason: String)
    /// Another process works on the source: it is waited for.
    case sourceHeldElsewhere(source: String, holder: SourceLock.Holder)
    /// Another process waits for the source, and gets its turn.
    case sourceWanted(source: String)
    /// The lock of the source is lost or cannot be seen; no request goes until it is known again whose it is.
    case sourceHoldLost(source: String, reason: String)
    /// The lock is there again, and nobody else had it: the work goes on.
    case sourceHoldRegained(source: String)
    /// Another process took the source over: what is not done of it is left.
    case sourceForfeited(source: String)
    /// A backfill asks for days that retention gave up: they are left out.
    case daysGivenUp(source: String, days: Range<Day>)
    /// The listing of OAuth clients could not be read. Names of clients then come from usage rows alone.
    case listingFailed(source: String, reason: String)
    /// The limits of the API could not be read; today's snapshot is taken by a later pass.
    case limitsFailed(source: String, reason: String)
    /// The vendor names no usable time zone and the configuration none at all: days are UTC days.
    case timeZoneUnknown(source: String, reason: String)
    case windowBegan(source: String, window: Window)
    case windowStored(source: String, window: Window, outcome: StoreOutcome, report: FetchReport, doubt: String?)
    /// An execution was accepted, or one of an earlier attempt taken up again. It may be told more than once.
    case executionBegan(source: String, submission: SubmissionID)
    /// Nothing more is asked of a submission, whether or not it ever became an execution.
    case executionEnded(source: String, submission: SubmissionID)
    /// Days of a window changed after the schedule had stopped reading them again each day, oldest first.
    case daysChangedLate(source: String, window: Window, days: [LateDay])
    /// The window is tried again as smaller ones.
    case windowSplit(source: String, window: Window, parts: Int, reason: String)
    case windowFailed(source: String, window: Window, reason: String)
    /// The API will not speak of one OAuth client: so many windows of it are owed no more, and asked for again in a week.
    case clientUnavailable(source: String, dataset: Dataset, clientID: String, windows: Int, reason: String)
    /// The first windows of a dataset (or of one OAuth client of it) all failed alike: so many others are not tried in
    /// this pass, and a schedule leaves it alone until a moment; nil when it does not.
    case leftAlone(source: String, dataset: Dataset, clientID: String, windows: Int, until: Date?, reason: String)
    /// A closed month was asked for as a whole; what differs from the sum of its days, by channel.
    case monthChecked(source: String, month: Month, differences: [Channel: Decimal])
    /// A closed month could not be asked for as a whole; a later pass does.
    case monthCheckFailed(source: String, month: Month, reason: String)
    /// The database is asked for a piece of work, perhaps again: whoever asks goes on.
    case databaseAsked
    /// The database does not take the work; it goes on when the database does. Told once, however many wait.
    case databaseAway(reason: String)
    /// Everything that waited for the database has gone on.
    case databaseBack(after: Duration)
    /// Old submissions could not be forgotten; a later day does it.
    case housekeepingFailed(reason: String)
    case progressed(PassProgress)
    case finished(run: RunID, summary: RunSummary)
}

/// How far a pass is.
package struct PassProgress: Equatable, Sendable {
    package var windowsDone = 0
    package var windowsPlanned = 0
    /// Rows of the answers read so far.
    package var rows: Int64 = 0
    /// HTTP requests sent so far.
    package var requests = 0
    package var elapsed: Duration = .zero

    package init() {}

    /// Time left at the pace so far; nil before the first window is done.
    package var timeLeft: Duration? {
        windowsDone > 0 ? elapsed / windowsDone * (windowsPlanned - windowsDone) : nil
    }
}
