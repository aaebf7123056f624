import FoundationEssentials
import Postgres
import ServiceLifecycle
import UsageDomain
import Warehouse

/// Fetches one window completely, proves it and stores it.
struct WindowWork: Sendable {
    /// What a window amounted to: stored as it is, or as parts of it that were stored or failed.
    struct Result: Sendable {
        var stored = 0
        var failed = 0
        /// How many windows more than planned it became when it was read in parts.
        var added = 0
        var outcome = StoreOutcome()
        var rows: Int64 = 0
        var requests = 0
        /// Why the whole source must stop for now; nil while it may go on.
        var stop: Stop?

        mutating func add(_ other: Result) {
            stored += other.stored
            failed += other.failed
            added += other.added
            outcome.inserted += other.outcome.inserted
            outcome.updated += other.outcome.updated
            outcome.deleted += other.outcome.deleted
            outcome.unchanged += other.outcome.unchanged
            rows += other.rows
            requests += other.requests
            stop = stop ?? other.stop
        }
    }

    /// Why the whole source must stop for now.
    struct Stop: Sendable {
        let kind: FetchFailureKind
        let reason: String
    }

    /// Why a window could not be stored.
    private struct Failure {
        let kind: FetchFailureKind
        let reason: String
    }

    /// HTTP requests that a window cost so far, also on the ways that fail.
    private final class Cost {
        var requests = 0
    }

    let source: PreparedSource
    let adapter: any APIUsageAdapter
    let run: RunID
    let warehouse: Warehouse
    let settings: PassSettings
    let onEvent: @Sendable (PassEvent) -> Void

    /// Works on a window. A bad answer fails single days only; everything else fails the window.
    ///
    /// A graceful shutdown ends fetching at once and lets a store finish.
    ///
    /// - Throws: `CancellationError`, and `PostgresError` when the database stayed away.
    func perform(_ window: Window) async throws -> Result {
        onEvent(.windowBegan(source: source.name, window: window))
        let cost = Cost()
        var failure = Failure(kind: .badAnswer, reason: "")
        // A whole month is asked for once more before its days are asked for one by one: a bad transfer is more
        // likely than a bad row, and costs one request instead of thirty.
        let attempts = window.days.count > 1 ? 2 : 1
        for _ in 0..<attempts where failure.kind == .badAnswer {
            switch try await attempt(window, cost) {
            case .success(var done):
                done.requests += cost.requests
                return done
            case .failure(let refusal):
                failure = refusal.failure
            }
        }
        var result = try await recover(window, from: failure)
        result.requests += cost.requests
        return result
    }

    private struct Refusal: Error {
        let failure: Failure

        init(_ kind: FetchFailureKind, _ reason: String) {
            failure = Failure(kind: kind, reason: reason)
        }
    }

    private func attempt(_ window: Window, _ cost: Cost) async throws -> Swift.Result<Result, Refusal> {
        do {
            return .success(try await fetchAndStore(window, cost))
        } catch let failure as any FetchFailure {
            cost.requests += failure.requests
            return .failure(Refusal(failure.kind, failure.description))
        } catch let error as WarehouseError {
            return .failure(Refusal(.badAnswer, error.description))
        } catch let error as SpoolError {
            return .failure(Refusal(error.isAboutAnswer ? .badAnswer : .unavailable, error.description))
        } catch let error as PostgresError where error.isAboutData {
            return .failure(Refusal(.badAnswer, error.description))
        }
    }

    // MARK: - The straight way

    /// A whole answer and what is known of it.
    private struct Fetched: Sendable {
        let answer: SpooledAnswer
        let report: FetchReport
        let verdict: CapProof.Verdict
    }

    private func fetchAndStore(_ window: Window, _ cost: Cost) async throws -> Result {
        let fetched = try await cancelWhenGracefulShutdown { try await fetch(window) }
        cost.requests += fetched.report.requests + fetched.verdict.requests
        switch fetched.verdict.conclusion {
        case .complete:
            return try await store(fetched.answer, of: window, report: fetched.report, doubt: fetched.report.doubt)
        case .doubtful(let reason):
            return try await store(fetched.answer, of: window, report: fetched.report, doubt: reason)
        case .cut(let parts, let reason):
            try await end(fetched.report.submission, .abandoned)
            return try await performAll(parts, of: window, because: reason)
        }
    }

    private func fetch(_ window: Window) async throws -> Fetched {
        let recorder = recorder
        let spool = UsageSpool(directory: settings.spoolDirectory)
        let report = try await adapter.fetch(window, expectedRows: nil, into: spool, recorder: recorder)
        let answer = spool.finish()
        let verdict = try await CapProof(work: self, recorder: recorder).examine(answer, of: window)
        return Fetched(answer: answer, report: report, verdict: verdict)
    }

    private func store(
        _ answer: SpooledAnswer,
        of window: Window,
        report: FetchReport,
        doubt: String?
    ) async throws -> Result {
        let context = WindowContext(
            window: window, organization: source.organization, run: run, submission: report.submission,
            settling: source.settling(of: window.dataset), now: settings.now(), doubt: doubt)
        let outcome: StoreOutcome
        do {
            outcome = try await patiently { try await warehouse.store(answer, replacing: context) }
        } catch let error as WarehouseError {
            try await end(report.submission, .abandoned)
            throw error
        }
        onEvent(
            .windowStored(source: source.name, window: window, outcome: outcome, report: report, doubt: doubt))
        var result = Result()
        result.stored = 1
        result.outcome = outcome
        result.rows = answer.rows
        return result
    }

    // MARK: - When it fails

    private func recover(_ window: Window, from failure: Failure) async throws -> Result {
        guard failure.kind == .badAnswer, window.days.count > 1 else { return try await fail(window, failure) }
        return try await performAll(window.singleDays, of: window, because: failure.reason)
    }

    private func fail(_ window: Window, _ failure: Failure) async throws -> Result {
        onEvent(.windowFailed(source: source.name, window: window, reason: failure.reason))
        var result = Result()
        result.failed = 1
        switch failure.kind {
        case .unauthenticated, .rateLimited:
            // The fault is not the window's: it is written down of the source, and the days do not back off.
            result.stop = Stop(kind: failure.kind, reason: failure.reason)
        case .badAnswer, .unavailable, .refused, .clientUnavailable:
            try await patiently {
                try await warehouse.markFailed(
                    window, organization: source.organization, run: run, because: failure.reason, now: settings.now())
            }
        }
        return result
    }

    /// Works on the parts of a window one after the other; what stops the source stops the parts.
    private func performAll(_ parts: [Window], of window: Window, because reason: String) async throws -> Result {
        onEvent(.windowSplit(source: source.name, window: window, parts: parts.count, reason: reason))
        var result = Result()
        result.added = parts.count - 1
        for part in parts where result.stop == nil {
            result.add(try await perform(part))
        }
        return result
    }
}

// MARK: - The database

extension WindowWork {
    /// The warehouse's recorder, patient with a database that goes away for a moment.
    var recorder: ExecutionRecorder {
        let direct = warehouse.recorder(
            organization: source.organization, run: run, byUser: source.byUser, now: settings.now)
        return ExecutionRecorder(
            open: { query in try await patiently { try await direct.open(query) } },
            intend: { query in try await patiently { try await direct.intend(query) } },
            accepted: { submission, id in try await patiently { try await direct.accepted(submission, id) } },
            ended: { submission, end in try await patiently { try await direct.ended(submission, end) } }
        )
    }

    func end(_ submission: SubmissionID, _ end: ExecutionEnd) async throws {
        try await patiently { try await warehouse.endExecution(submission, end, now: settings.now()) }
    }

    private func patiently<Value: Sendable>(_ work: () async throws -> Value) async throws -> Value {
        try await settings.patience.attempt(
            onRetry: { onEvent(.databaseAway(reason: $0.description)) }, work)
    }
}

extension PostgresError {
    /// Whether the rows are at fault (a value out of range, a broken constraint), so that other days may pass. Whatever
    /// else the database refuses, a missing right for example, it refuses for every window alike.
    fileprivate var isAboutData: Bool {
        if case .invalidValue = self { return true }
        return sqlState?.hasPrefix("22") == true || sqlState?.hasPrefix("23") == true
    }
}
