import FoundationEssentials
import UsageDomain
import Warehouse

/// A source that has authenticated, with the windows it should read.
struct PreparedSource: Sendable {
    let configured: ConfiguredSource
    let organization: OrganizationKey
    let windows: [PlannedWindow]

    var name: String { configured.name }
    var adapter: VendorAdapter { configured.adapter }
    var byUser: Bool { configured.registration.datasets.contains(where: \.byUser) }

    func settling(of dataset: Dataset) -> Settling {
        Self.settling(of: dataset, in: configured.registration)
    }

    static func settling(of dataset: Dataset, in registration: SourceRegistration) -> Settling {
        let asked = registration.datasets.first { $0.dataset == dataset }
        return Settling(settleAfter: asked?.settleAfter ?? .zero)
    }
}
