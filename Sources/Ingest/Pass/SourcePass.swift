import FoundationEssentials
import Postgres
import ServiceLifecycle
import Timekeeping
import UsageDomain
import Warehouse

/// One source's part of a pass: held, prepared, worked on and let go.
///
/// What is left because others want the source is taken up again when they have had it, except on the daemon's schedule,
/// which plans anew.
struct SourcePass: Sendable {
    /// What came of it, also when it ended early.
    struct Outcome: Sendable {
        /// Why the source could not work, or stopped on the way.
        fileprivate(set) var failure: PassReport.SourceFailure?
        /// Per-client datasets of which nothing could be read.
        fileprivate(set) var refusedDatasets: [PassReport.RefusedDataset] = []
        /// Whether windows were left to the next pass.
        fileprivate(set) var isLeft = false
        /// What ended the work early: `CancellationError`, or `PostgresError` when the database stayed away.
        fileprivate(set) var error: (any Error)?
    }

    /// Where the work on a source stands when it is let go.
    private enum Progress: Sendable {
        case over
        /// Nothing was begun: nothing of it is known yet.
        case toBegin
        case toGoOn(PreparedSource)
    }

    let pass: Pass
    let source: ConfiguredSource
    let planning: PassPlanning
    let run: PassRun
    private let memory: SourceMemory

    init(pass: Pass, source: ConfiguredSource, planning: PassPlanning, run: PassRun) {
        self.pass = pass
        self.source = source
        self.planning = planning
        self.run = run
        memory = SourceMemory(pass: pass, source: source)
    }

    private var preparation: SourcePreparation {
        SourcePreparation(pass: pass, source: source, planning: planning, memory: memory)
    }

    /// - Throws: `WarehouseError` when the configuration cannot be right.
    func perform() async throws -> Outcome {
        try await memory.whileKeeping { try await performTurns() }
    }

    /// Each turn is under a hold of its own.
    private func performTurns() async throws -> Outcome {
        var outcome = Outcome()
        do {
            var progress = Progress.toBegin
            while true {
                let earlier: PreparedSource?
                switch progress {
                case .over: return outcome
                case .toBegin: earlier = nil
                case .toGoOn(let rest): earlier = rest
                }
                let (reached, piece) = try await SourceHolding(pass: pass, source: source).withHold { hold in
                    try await work(on: earlier, under: hold)
                }
                outcome.add(piece)
                progress = reached
            }
        } catch let error as WarehouseError {
            throw error
        } catch {
            outcome.error = error
        }
        return outcome
    }

    private func work(on earlier: PreparedSource?, under hold: SourceHold) async throws -> (Progress, Outcome) {
        var outcome = Outcome()
        do {
            let source: PreparedSource
            if let earlier {
                // Whoever had the source meanwhile may have been told to be silent, or of a lower allowance.
                if let end = try await memory.recall() {
                    outcome.failure = preparation.resting(until: end).failure
                    return (.over, outcome)
                }
                source = try await planAgain(earlier)
            } else {
                let meter = await RequestMeter([self.source])
                let preparation = preparation
                // A graceful shutdown cancels what waits for a vendor, here and in each window. What is being stored,
                // and the end of the run, are finished.
                let result = try await cancelWhenGracefulShutdown { try await preparation.prepare() }
                run.tally.add(requests: await meter.requests)
                switch result {
                case .success(let prepared):
                    source = prepared
                    outcome.refusedDatasets = prepared.refusedDatasets
                case .failure(let refusal):
                    outcome.failure = refusal.failure
                    return (.over, outcome)
                }
            }
            let id = try await run.begin(windows: earlier == nil ? source.windows.count : 0)
            let turn = SourceTurn(
                hold: hold, scope: planning.scope, length: pass.settings.turn,
                timekeeper: pass.settings.timekeeper, began: pass.settings.timekeeper.now)
            let work = await WorkContext.extended(by: { $0.run = id }) {
                await SourceWork(pass: pass, run: id, source: source, tally: run.tally, turn: turn).perform()
            }
            outcome.add(work)
            if hold.isForfeited, outcome.error is CancellationError, !isEnding {
                // Only months were still to be compared.
                outcome.error = nil
                outcome.isLeft = true
            }
            guard !work.left.isEmpty, outcome.error == nil, outcome.failure == nil else { return (.over, outcome) }
            if case .scheduled = planning.scope {
                run.tally.drop(work.left.count)
                outcome.isLeft = true
                return (.over, outcome)
            }
            return (.toGoOn(source.narrowed(to: work.left)), outcome)
        } catch is CancellationError where hold.isForfeited && !isEnding {
            // Another process took the source over before its windows were known.
            if let error = hold.error { throw error }
            guard case .scheduled = planning.scope else { return (.toBegin, outcome) }
            outcome.isLeft = true
            return (.over, outcome)
        }
    }

    private var isEnding: Bool { Task.isCancelled || Task.isShuttingDownGracefully }

    /// What is still owed of the windows that were left when others got their turn: they may have read some.
    private func planAgain(_ source: PreparedSource) async throws -> PreparedSource {
        let due = try await planning.due(
            of: source.configured, organization: source.organization, clients: source.clients,
            calendar: source.calendar, leaving: source.backOffs)
        let left = source.windows.filter { planned in
            due.windows.contains { other in
                other.window.dataset == planned.window.dataset && other.window.clientID == planned.window.clientID
                    && other.window.days.overlaps(planned.window.days)
            }
        }
        run.tally.drop(source.windows.count - left.count)
        return source.narrowed(to: left.map(\.window))
    }
}

extension SourcePass.Outcome {
    fileprivate mutating func add(_ work: SourceWork.Outcome) {
        failure = failure ?? work.failure
        refusedDatasets += work.refusedDatasets
        error = error ?? work.error
    }

    fileprivate mutating func add(_ other: SourcePass.Outcome) {
        failure = failure ?? other.failure
        refusedDatasets += other.refusedDatasets
        isLeft = isLeft || other.isLeft
        error = error ?? other.error
    }
}
