import FoundationEssentials
import UsageDomain
import Warehouse

/// Why a source cannot work in this pass.
struct SourceRefusal: Error {
    let failure: PassReport.SourceFailure
}

/// Brings one source to the point where its windows can be read: who it is, what is small and changes, what is due.
struct SourcePreparation: Sendable {
    let pass: Pass
    let source: ConfiguredSource
    let planning: PassPlanning
    let memory: SourceMemory

    private var warehouse: Warehouse { pass.warehouse }
    private var now: Date { pass.settings.now() }

    func prepare() async throws -> Result<PreparedSource, SourceRefusal> {
        if let end = try await memory.recall() {
            return .failure(resting(until: end))
        }
        if case .scheduled = planning.scope, let rest = try await SourceBackOff(pass: pass, source: source.name).rest()
        {
            return leftAlone(rest)
        }
        let organization: Organization
        do {
            organization = try await source.adapter.common.organization()
        } catch let failure as any FetchFailure {
            try await SourceBackOff(pass: pass, source: source.name).note(failure.kind, because: failure.description)
            return refusal(failure.kind, failure.description)
        }
        let key = try await pass.patiently {
            try await warehouse.identify(source.registration, as: organization, now: now)
        }
        let calendar = try await calendar(of: organization, key)
        let backOffs = try await pass.patiently { try await warehouse.backOffs(of: source.name) }
        let (clients, obstacle) = try await dimensions(of: key, backOffs)
        let due = try await planning.due(
            of: source, organization: key, clients: clients, calendar: calendar, leaving: backOffs)
        if let days = due.givenUp { pass.onEvent(.daysGivenUp(source: source.name, days: days)) }
        pass.onEvent(.sourceReady(source: source.name, organization: organization, windows: due.windows.count))
        return .success(
            PreparedSource(
                configured: source, organization: key, calendar: calendar, windows: due.windows,
                clients: clients, forgotten: due.forgotten, resting: due.resting,
                readiness: LearnedReadiness(
                    try await pass.patiently { try await warehouse.readiness(of: key) }),
                backOffs: backOffs, isBackfill: planning.scope.isBackfill,
                refusedDatasets: try await refusedDatasets(because: obstacle)))
    }

    /// Why a source cannot work that was asked for silence.
    func resting(until end: Date) -> SourceRefusal {
        let silence = Duration.seconds(end.timeIntervalSince(now))
        let reason = "rests until \(end.formatted(.iso8601)), as the API asked for"
        let kind = FetchFailureKind.rateLimited(retryAfter: silence)
        pass.onEvent(.sourceFailed(source: source.name, kind: kind, reason: reason))
        return SourceRefusal(failure: PassReport.SourceFailure(source: source.name, kind: kind, reason: reason))
    }

    private func leftAlone(_ rest: BackOff) -> Result<PreparedSource, SourceRefusal> {
        pass.onEvent(.sourceLeftAlone(source: source.name, until: rest.nextAttemptAt, reason: rest.reason))
        return .failure(
            SourceRefusal(
                failure: PassReport.SourceFailure(
                    source: source.name, kind: .unavailable,
                    reason: "left alone until \(rest.nextAttemptAt.formatted(.iso8601)), since it keeps failing")))
    }

    private func refusal(_ kind: FetchFailureKind, _ reason: String) -> Result<PreparedSource, SourceRefusal> {
        pass.onEvent(.sourceFailed(source: source.name, kind: kind, reason: reason))
        return .failure(
            SourceRefusal(failure: PassReport.SourceFailure(source: source.name, kind: kind, reason: reason)))
    }

    // MARK: - Days

    /// The zone of the configuration wins over the vendor's; without a usable one, days are UTC days. While the vendor
    /// tells nothing, the zone it told before stands: days cut in another one would have to be read again.
    private func calendar(of organization: Organization, _ key: OrganizationKey) async throws -> DayCalendar {
        guard case .channelUsage = source.adapter else { return .utc }
        let calendar: DayCalendar
        if let configured = source.timeZone {
            guard let known = try await pass.calendar(in: configured, of: source, for: planning.scope) else {
                throw WarehouseError.unknownTimeZone(configured, source: source.name)
            }
            calendar = known
        } else if !organization.timeZone.isEmpty,
            let stated = try await pass.calendar(in: organization.timeZone, of: source, for: planning.scope)
        {
            calendar = stated
        } else if organization.obstacle != nil, let known = try await knownCalendar() {
            return known
        } else {
            let reason =
                organization.timeZone.isEmpty
                ? organization.obstacle ?? "the API states no time zone"
                : "the API states a time zone that is not known: \(organization.timeZone)"
            pass.onEvent(.timeZoneUnknown(source: source.name, reason: reason))
            calendar = .utc
        }
        try await pass.patiently { try await warehouse.useTimeZone(calendar.timeZone, of: key) }
        return calendar
    }

    private func knownCalendar() async throws -> DayCalendar? {
        let zone = try await pass.patiently { try await warehouse.timeZone(of: source.name) }
        guard zone != DayCalendar.utc.timeZone else { return nil }
        return try await pass.calendar(in: zone, of: source, for: planning.scope)
    }

    // MARK: - What is small and changes

    /// Reads OAuth clients and limits. A failure costs names or a snapshot, never a day of usage.
    ///
    /// - Returns: ids of the OAuth clients that per-client datasets are asked for, and why not even one is known.
    private func dimensions(
        of key: OrganizationKey,
        _ backOffs: [BackOffSubject: BackOff]
    ) async throws -> (clients: [String], obstacle: String?) {
        guard case .apiUsage(let adapter) = source.adapter else { return ([], nil) }
        let sideQuestions = SideQuestions(pass: pass, source: source.name, scope: planning.scope, backOffs: backOffs)
        try await takeLimits(of: key, from: adapter, sideQuestions)
        var listed: [String]?
        var obstacle: String?
        switch try await sideQuestions.ask(.listing, adapter.oauthClients) {
        case .answered(let listing):
            try await pass.patiently { try await warehouse.storeListing(listing, of: key, now: now) }
            listed = listing.map(\.id)
        case .failed(let reason, let isNews):
            obstacle = "OAuth clients cannot be listed (name them in the configuration, clients: [id, …]): \(reason)"
            if isNews { pass.onEvent(.listingFailed(source: source.name, reason: reason)) }
        }
        let asked: [String]
        switch source.clients {
        case .these(let ids): asked = ids
        case .listed:
            // A listing that cannot be read says nothing against the clients that were asked for so far.
            guard let listed else {
                let known = try await pass.patiently { try await warehouse.askedClients(of: source.name) }
                return (known, known.isEmpty ? obstacle : nil)
            }
            asked = listed
        }
        try await pass.patiently { try await warehouse.storeAskedClients(asked, of: source.name) }
        return (asked, nil)
    }

    /// Per-client datasets of which nothing can be asked: their days are owed, and nobody knows for whom.
    private func refusedDatasets(because obstacle: String?) async throws -> [PassReport.RefusedDataset] {
        let datasets = source.registration.datasets.map(\.dataset)
            .filter { $0.isPerClient && planning.selection.includes($0) }
        guard let obstacle, !datasets.isEmpty else { return [] }
        try await pass.patiently { try await warehouse.markSourceFailed(source.name, because: obstacle, now: now) }
        return datasets.map { PassReport.RefusedDataset(source: source.name, dataset: $0, reason: obstacle) }
    }

    /// Asks for the limits once a UTC day, and keeps to those that were stated last.
    private func takeLimits(
        of key: OrganizationKey,
        from adapter: any APIUsageAdapter,
        _ sideQuestions: SideQuestions
    ) async throws {
        let today = Day(containing: now)
        if try await !pass.patiently({ try await warehouse.hasLimits(of: key, on: today) }) {
            switch try await sideQuestions.ask(.limits, isSilence: \.isEmpty, adapter.limits) {
            case .answered(let limits):
                try await pass.patiently { try await warehouse.storeLimits(limits, of: key, on: today) }
            case .failed(let reason, let isNews):
                if isNews { pass.onEvent(.limitsFailed(source: source.name, reason: reason)) }
            }
        }
        await adapter.keep(to: try await pass.patiently { try await warehouse.newestLimits(of: key) })
    }
}
