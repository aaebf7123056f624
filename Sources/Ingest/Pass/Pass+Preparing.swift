import FoundationEssentials
import UsageDomain
import Warehouse

extension Pass {
    /// Authenticates the sources side by side and plans their windows. One that cannot work does not hold up others.
    func prepare(
        _ selected: [ConfiguredSource],
        for scope: PassScope,
        _ selection: PassSelection
    ) async throws -> ([PreparedSource], [PassReport.SourceFailure]) {
        try await withThrowingTaskGroup(of: (Int, Result<PreparedSource, SourceRefusal>).self) { group in
            for (index, source) in selected.enumerated() {
                group.addTask { (index, try await prepare(source, for: scope, selection)) }
            }
            var results: [(Int, Result<PreparedSource, SourceRefusal>)] = []
            for try await result in group { results.append(result) }
            var prepared: [PreparedSource] = []
            var failures: [PassReport.SourceFailure] = []
            for (_, result) in results.sorted(by: { $0.0 < $1.0 }) {
                switch result {
                case .success(let source): prepared.append(source)
                case .failure(let refusal): failures.append(refusal.failure)
                }
            }
            return (prepared, failures)
        }
    }

    private struct SourceRefusal: Error {
        let failure: PassReport.SourceFailure
    }

    private func prepare(
        _ source: ConfiguredSource,
        for scope: PassScope,
        _ selection: PassSelection
    ) async throws -> Result<PreparedSource, SourceRefusal> {
        if let end = try await patiently({ try await warehouse.restingUntil(source.name) }), end > settings.now() {
            let silence = Duration.seconds(end.timeIntervalSince(settings.now()))
            return refusal(
                of: source, .rateLimited(retryAfter: silence),
                "rests until \(end.formatted(.iso8601)), as the API asked for")
        }
        let organization: Organization
        do {
            organization = try await source.adapter.common.organization()
        } catch let failure as any FetchFailure {
            let now = settings.now()
            try await patiently {
                try await warehouse.markSourceFailed(
                    source.name, because: failure.description, restingUntil: failure.kind.restingUntil(from: now),
                    now: now)
            }
            return refusal(of: source, failure.kind, failure.description)
        }
        let key = try await patiently {
            try await warehouse.identify(source.registration, as: organization, now: settings.now())
        }
        do {
            if case .apiUsage(let adapter) = source.adapter {
                let listing = try await adapter.oauthClients()
                try await patiently { try await warehouse.storeListing(listing, of: key, now: settings.now()) }
            }
        } catch let failure as any FetchFailure {
            onEvent(.listingFailed(source: source.name, reason: failure.description))
        }
        let windows = try await plan(source, organization: key, for: scope, selection)
        onEvent(.sourceReady(source: source.name, organization: organization, windows: windows.count))
        return .success(PreparedSource(configured: source, organization: key, windows: windows))
    }

    private func refusal(
        of source: ConfiguredSource,
        _ kind: FetchFailureKind,
        _ reason: String
    ) -> Result<PreparedSource, SourceRefusal> {
        onEvent(.sourceFailed(source: source.name, reason: reason))
        return .failure(
            SourceRefusal(failure: PassReport.SourceFailure(source: source.name, kind: kind, reason: reason)))
    }

    private func plan(
        _ source: ConfiguredSource,
        organization: OrganizationKey?,
        for scope: PassScope,
        _ selection: PassSelection
    ) async throws -> [PlannedWindow] {
        var windows: [PlannedWindow] = []
        for asked in source.registration.datasets where selection.includes(asked.dataset) {
            var coverage: [Day: DayCoverage] = [:]
            if let organization {
                coverage = try await patiently {
                    try await warehouse.coverage(of: asked.dataset, organization: organization)
                }
            }
            let planner = Planner(
                settling: Settling(settleAfter: asked.settleAfter), lookbackDays: settings.lookbackDays,
                widePassDays: settings.widePassDays, now: settings.now())
            switch scope {
            case .scheduled, .once:
                var isOnce = false
                if case .once = scope { isOnce = true }
                windows += planner.dueWindows(
                    of: asked.dataset, owedFrom: asked.startDate, coverage: coverage, retryingEarly: isOnce)
            case .backfill(let days, let refetching):
                windows += planner.backfillWindows(
                    of: asked.dataset, days: days, coverage: coverage, refetching: refetching)
            }
        }
        return windows.sorted(by: PlannedWindow.isMoreUrgent)
    }

    /// Says what the pass would do. Reads the database and sends nothing to any vendor.
    package func plan(_ scope: PassScope, _ selection: PassSelection = PassSelection()) async throws -> PassPlan {
        var items: [PassPlan.Item] = []
        var unknown: [String] = []
        var slowest = Duration.zero
        for source in sources where selection.includes(source) {
            let organization = try await warehouse.organizationKey(of: source.name)
            if organization == nil { unknown.append(source.name) }
            let windows = try await plan(source, organization: organization, for: scope, selection)
            items += windows.map { PassPlan.Item(source: source.name, window: $0.window) }
            let rounds = (windows.count + settings.windowsAtOnce - 1) / settings.windowsAtOnce
            slowest = max(slowest, try await warehouse.typicalExecutionTime(of: .organizationQuery) * rounds)
        }
        // A window costs a submit and, as a rule, two polls; a source its token, organization and listing.
        let requests = items.count * 3 + Set(items.map(\.source)).count * 3
        return PassPlan(items: items, requests: requests, duration: slowest, unknownSources: unknown)
    }
}
