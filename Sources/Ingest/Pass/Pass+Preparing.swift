import FoundationEssentials
import UsageDomain
import Warehouse

extension Pass {
    /// Says what the pass would do. Reads the database and sends nothing to any vendor.
    package func plan(_ scope: PassScope, _ selection: PassSelection = PassSelection()) async throws -> PassPlan {
        try await refuseDaysGivenUp(scope, selection)
        let planning = PassPlanning(pass: self, scope: scope, selection: selection)
        var givenUp: Range<Day>?
        var items: [PassPlan.Item] = []
        var unknown: [String] = []
        var unlisted: [(source: String, dataset: Dataset)] = []
        var requests = 0
        var slowest = Duration.zero
        for source in sources where selection.includes(source) {
            let organization = try await warehouse.organizationKey(of: source.name)
            if organization == nil { unknown.append(source.name) }
            let clients = try await knownClients(of: source)
            if clients.isEmpty {
                unlisted += source.registration.datasets.map(\.dataset)
                    .filter { $0.isPerClient && selection.includes($0) && scope.includes($0) }
                    .map { (source.name, $0) }
            }
            let due = try await planning.due(
                of: source, organization: organization, clients: clients,
                calendar: try await knownCalendar(of: source, for: scope))
            givenUp = due.givenUp ?? givenUp
            var duration = Duration.zero
            var sourceRequests = due.windows.isEmpty ? 0 : source.adapter.requestsBefore
            for dataset in Set(due.windows.map(\.window.dataset)) {
                let windows = due.windows.count { $0.window.dataset == dataset }
                sourceRequests += windows * dataset.typicalRequests
                guard dataset != .channelUsage else { continue }
                let rounds = (windows + settings.mostWindowsAtOnce - 1) / settings.mostWindowsAtOnce
                duration += try await warehouse.typicalExecutionTime(of: dataset) * rounds
            }
            requests += sourceRequests
            // Whatever executions take, requests keep to the pace.
            duration = max(duration, try await pacedDuration(of: sourceRequests, source))
            items += due.windows.map { PassPlan.Item(source: source.name, window: $0.window) }
            slowest = max(slowest, duration)
        }
        return PassPlan(
            items: items, requests: requests, duration: slowest, unknownSources: unknown, unlistedDatasets: unlisted,
            givenUp: givenUp)
    }

    /// How long so many requests take at the pace that is known of a source.
    private func pacedDuration(of requests: Int, _ source: ConfiguredSource) async throws -> Duration {
        _ = try await SourceMemory(pass: self, source: source).recall()
        guard let budget = source.adapter.common.budget else { return .zero }
        return .seconds(60) * requests / max(1, await budget.limit)
    }

    private func knownClients(of source: ConfiguredSource) async throws -> [String] {
        switch source.clients {
        case .listed: try await warehouse.askedClients(of: source.name)
        case .these(let ids): ids
        }
    }

    /// The calendar as far as it is known without asking the vendor.
    private func knownCalendar(of source: ConfiguredSource, for scope: PassScope) async throws -> DayCalendar {
        guard case .channelUsage = source.adapter else { return .utc }
        let zone = try await warehouse.timeZone(of: source.name)
        return try await calendar(in: source.timeZone ?? zone, of: source, for: scope) ?? .utc
    }

    /// The local days of a zone from the first that the source owes, or that is asked for by hand; nil when PostgreSQL
    /// does not know the zone.
    func calendar(in zone: String, of source: ConfiguredSource, for scope: PassScope) async throws -> DayCalendar? {
        let today = Day(containing: settings.now())
        var first = source.registration.datasets.map(\.startDate).min() ?? today
        if case .backfill(let days, _) = scope { first = min(first, days.lowerBound) }
        return try await patiently {
            try await warehouse.calendar(
                of: zone, from: min(first, today).advanced(by: -1), through: today.advanced(by: 2))
        }
    }
}

extension Dataset {
    /// HTTP requests that a window usually costs: a submit and, as a rule, two polls.
    fileprivate var typicalRequests: Int {
        self == .channelUsage ? 1 : 3
    }
}

extension VendorAdapter {
    /// HTTP requests of a pass before its first window: a token, the organization and the listing, or the organization.
    fileprivate var requestsBefore: Int {
        switch self {
        case .apiUsage: 3
        case .channelUsage: 1
        }
    }
}
