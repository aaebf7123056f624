import FoundationEssentials
import Postgres
import UsageDomain
import Warehouse

/// Fetches one window completely, proves it and stores it.
struct WindowWork: Sendable {
    /// What a window amounted to: stored as it is, or as parts of it that were stored or failed.
    struct Result: Sendable {
        var stored = 0
        var failed = 0
        var outcome = StoreOutcome()
        var rows: Int64 = 0
        var requests = 0
        var stop: Stop?

        mutating func add(_ other: Result) {
            stored += other.stored
            failed += other.failed
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

    let source: PreparedSource
    let run: RunID
    let warehouse: Warehouse
    let settings: PassSettings
    let onEvent: @Sendable (PassEvent) -> Void

    /// Works on a window. A bad answer fails single days only; everything else fails the window.
    ///
    /// - Throws: `CancellationError`, and `PostgresError` when the database stayed away.
    func perform(_ window: Window) async throws -> Result {
        onEvent(.windowBegan(source: source.name, window: window))
        do {
            return try await fetchAndStore(window)
        } catch let failure as any FetchFailure {
            return try await recover(
                window, from: failure.kind, requests: failure.requests, reason: failure.description)
        } catch let error as WarehouseError {
            return try await recover(window, from: .badAnswer, requests: 0, reason: error.description)
        } catch let error as SpoolError {
            return try await fail(window, kind: .unavailable, requests: 0, reason: error.description)
        } catch let error as PostgresError where !error.isTransient && !error.isConnectionLost {
            return try await fail(window, kind: .badAnswer, requests: 0, reason: error.description)
        }
    }

    // MARK: - The straight way

    private func fetchAndStore(_ window: Window) async throws -> Result {
        let recorder = recorder
        let spool = UsageSpool(directory: settings.spoolDirectory)
        var report = try await source.adapter.fetch(window, into: spool, recorder: recorder)
        let answer = spool.finish()
        var doubt: String?
        if CapSuspicion.isSuspicious(rows: answer.rows) {
            let proof = CapProof(work: self, recorder: recorder)
            switch try await proof.examine(answer, of: window) {
            case .complete(let requests):
                report.requests += requests
            case .doubtful(let reason, let requests):
                report.requests += requests
                doubt = reason
            case .cut(let parts, let reason, let requests):
                try await end(report.submission, .abandoned)
                onEvent(.windowSplit(source: source.name, window: window, parts: parts.count, reason: reason))
                var result = try await performAll(parts)
                result.requests += report.requests + requests
                return result
            }
        }
        return try await store(answer, of: window, report: report, doubt: doubt)
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
        result.requests = report.requests
        return result
    }

    // MARK: - When it fails

    private func recover(
        _ window: Window,
        from kind: FetchFailureKind,
        requests: Int,
        reason: String
    ) async throws -> Result {
        guard kind == .badAnswer, window.days.count > 1 else {
            return try await fail(window, kind: kind, requests: requests, reason: reason)
        }
        let days = window.singleDays
        onEvent(.windowSplit(source: source.name, window: window, parts: days.count, reason: reason))
        var result = try await performAll(days)
        result.requests += requests
        return result
    }

    private func fail(
        _ window: Window,
        kind: FetchFailureKind,
        requests: Int,
        reason: String
    ) async throws -> Result {
        try await patiently {
            try await warehouse.markFailed(
                window, organization: source.organization, run: run, because: reason, now: settings.now())
        }
        onEvent(.windowFailed(source: source.name, window: window, reason: reason))
        var result = Result()
        result.failed = 1
        result.requests = requests
        switch kind {
        case .unauthenticated, .rateLimited: result.stop = Stop(kind: kind, reason: reason)
        case .badAnswer, .unavailable, .refused: break
        }
        return result
    }

    /// Works on parts one after the other; what stops the source stops the parts.
    private func performAll(_ parts: [Window]) async throws -> Result {
        var result = Result()
        for part in parts where result.stop == nil {
            result.add(try await perform(part))
        }
        return result
    }

    // MARK: - The database

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
