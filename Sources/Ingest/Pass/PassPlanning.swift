import FoundationEssentials
import UsageDomain
import Warehouse

/// Finds out which windows of one source a pass should read: what the configuration owes, less what coverage holds.
struct PassPlanning: Sendable {
    /// What of a source is due.
    struct Due: Sendable {
        /// In the order of work.
        var windows: [PlannedWindow] = []
        /// New days of OAuth clients that the API would not speak of a short while ago: they wait with the others.
        var resting: [Resting] = []
        /// Owed days that the vendor has forgotten and that nobody has written down as unavailable yet.
        var forgotten: [Window] = []
        /// Days that were asked for by hand and that retention gave up: they are left out.
        var givenUp: Range<Day>?
    }

    /// Windows of one OAuth client that is left alone for now.
    struct Resting: Sendable {
        let windows: [Window]
        let until: Date
    }

    let pass: Pass
    let scope: PassScope
    let selection: PassSelection

    /// - Parameters:
    ///   - source: the source whose datasets are planned.
    ///   - organization: nil when it never authenticated: all its days then count as lacking.
    ///   - clients: ids of the OAuth clients that per-client datasets are asked for.
    ///   - calendar: when the source's days begin and end.
    ///   - backOffs: what of the source failed as a whole before.
    /// - Returns: what is due now.
    /// - Throws: `PostgresError`, `CancellationError`.
    func due(
        of source: ConfiguredSource,
        organization: OrganizationKey?,
        clients: [String],
        calendar: DayCalendar,
        leaving backOffs: [BackOffSubject: BackOff] = [:]
    ) async throws -> Due {
        var due = Due()
        var repetitions: Set<Window> = []
        let firstKeptDay = try await pass.patiently { try await pass.warehouse.firstKeptDay() }
        for asked in source.registration.datasets where selection.includes(asked.dataset) {
            var coverage: [String: [Day: DayCoverage]] = [:]
            if let organization {
                coverage = try await pass.patiently {
                    try await pass.warehouse.coverage(ofEachClientIn: asked.dataset, organization: organization)
                }
            }
            let planner = Planner(
                settling: Settling(settleAfter: asked.settleAfter, calendar: calendar),
                lookbackDays: pass.settings.lookbackDays, widePassDays: pass.settings.widePassDays,
                now: pass.settings.now())
            for client in asked.dataset.isPerClient ? clients : [""] {
                let isLeftAlone = isLeftAlone(asked.dataset, client, backOffs, planner.now)
                let known = coverage[client] ?? [:]
                let windows = add(
                    to: &due, asked, planner, client, known,
                    keptFrom: asked.dataset.isRetained ? firstKeptDay : nil, onlyNews: isLeftAlone)
                if subjects(asked.dataset, client).contains(where: { backOffs[$0] != nil }) {
                    repetitions.formUnion(windows.map(\.window).filter { isRepetition($0, known) })
                }
            }
        }
        due.windows.sort(by: PlannedWindow.isMoreUrgent)
        // What failed as a whole may have failed for its first days only: those that were never tried must not wait behind
        // them for good.
        due.windows =
            due.windows.filter { !repetitions.contains($0.window) }
            + due.windows.filter { repetitions.contains($0.window) }
        return due
    }

    /// Whether each day of a window has failed before.
    private func isRepetition(_ window: Window, _ coverage: [Day: DayCoverage]) -> Bool {
        window.days.allSatisfy { coverage[$0]?.nextAttemptAt != nil }
    }

    /// What may be left alone as a whole, and has to do with a dataset of an OAuth client.
    private func subjects(_ dataset: Dataset, _ client: String) -> Set<BackOffSubject> {
        [.dataset(dataset, clientID: client), .dataset(dataset, clientID: "")]
    }

    /// Whether a schedule leaves a dataset alone for now, or one OAuth client of it.
    private func isLeftAlone(
        _ dataset: Dataset,
        _ client: String,
        _ backOffs: [BackOffSubject: BackOff],
        _ now: Date
    ) -> Bool {
        guard case .scheduled = scope else { return false }
        return subjects(dataset, client).contains { backOffs[$0].map { $0.nextAttemptAt > now } ?? false }
    }

    /// - Returns: the windows that were added.
    private func add(
        to due: inout Due,
        _ asked: SourceRegistration.DatasetRegistration,
        _ planner: Planner,
        _ client: String,
        _ coverage: [Day: DayCoverage],
        keptFrom firstKeptDay: Day?,
        onlyNews: Bool
    ) -> [PlannedWindow] {
        let owed: Range<Day>
        var windows: [PlannedWindow]
        switch scope {
        case .scheduled, .once:
            var isByHand = false
            if case .once = scope { isByHand = true }
            let start = max(asked.startDate, firstKeptDay ?? asked.startDate)
            windows = planner.dueWindows(
                of: asked.dataset, clientID: client, owedFrom: start, coverage: coverage,
                retryingEarly: isByHand)
            owed = start..<max(start, planner.today)
        case .backfill(let stated, let refetching):
            let first = min(max(stated.lowerBound, firstKeptDay ?? stated.lowerBound), stated.upperBound)
            if first > stated.lowerBound { due.givenUp = stated.lowerBound..<first }
            let days = first..<stated.upperBound
            windows = planner.backfillWindows(
                of: asked.dataset, clientID: client, days: days, coverage: coverage, refetching: refetching)
            owed = days
        }
        if onlyNews {
            // The newest day is the one that matters most, and tells best whether the dataset works again.
            windows = windows.filter { planned in
                let newest = planned.window.days.upperBound.advanced(by: -1)
                return newest.advanced(by: 1) >= planner.today && coverage[newest] == nil
            }
        }
        if !scope.isRefetching, let end = planner.restingUntil(coverage) {
            if !windows.isEmpty { due.resting.append(Resting(windows: windows.map(\.window), until: end)) }
            windows = []
        }
        due.windows += windows
        due.forgotten += planner.forgottenDays(
            of: asked.dataset, clientID: client, days: owed, coverage: coverage)
        return windows
    }
}
