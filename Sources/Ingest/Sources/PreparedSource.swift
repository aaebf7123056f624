import UsageDomain
import Warehouse

/// A source that has authenticated, with the windows it should read.
struct PreparedSource: Sendable {
    let configured: ConfiguredSource
    let organization: OrganizationKey
    /// When the days of the source begin and end.
    let calendar: DayCalendar
    let windows: [PlannedWindow]
    /// Ids of the OAuth clients for which the per-client datasets are asked.
    let clients: [String]
    /// Owed days that the vendor has forgotten, to be written down as unavailable.
    let forgotten: [Window]
    /// Windows of OAuth clients that are left alone, to be written down as such.
    let resting: [PassPlanning.Resting]
    /// What is known of when executions are ready.
    let readiness: LearnedReadiness
    /// What of the source failed as a whole before.
    let backOffs: [BackOffSubject: BackOff]
    /// Whether its windows were asked for by hand, however old they are.
    let isBackfill: Bool
    /// Datasets of which nothing can be asked.
    let refusedDatasets: [PassReport.RefusedDataset]

    var name: String { configured.name }
    var adapter: VendorAdapter { configured.adapter }
    var byUser: Bool { configured.registration.datasets.contains(where: \.byUser) }

    /// The same with some of its windows, and nothing else left to do.
    func narrowed(to windows: [Window]) -> PreparedSource {
        let wanted = Set(windows)
        return PreparedSource(
            configured: configured, organization: organization, calendar: calendar,
            windows: self.windows.filter { wanted.contains($0.window) }, clients: clients, forgotten: [], resting: [],
            readiness: readiness, backOffs: backOffs, isBackfill: isBackfill, refusedDatasets: [])
    }

    func settling(of dataset: Dataset) -> Settling {
        let asked = configured.registration.datasets.first { $0.dataset == dataset }
        return Settling(settleAfter: asked?.settleAfter ?? .zero, calendar: calendar)
    }
}
