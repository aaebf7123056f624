import FoundationEssentials
import UsageSimulator

/// How much happens, and from which seed.
struct SoakSize: Sendable {
    /// Of the organization, the faults, the mishaps and the changes of the past.
    let seed: UInt64
    /// Simulated days that the daemon lives through.
    let days: Int
    /// OAuth clients of the organization.
    let clients: Int
    /// Rows a day of the organization.
    let rowsADay: Int
    /// Requests out of a thousand that a fault hits.
    let faultsPerThousand: Int
    /// On average; 0 for no mishap.
    let requestsBetweenMishaps: Int
    /// Simulated seconds in a real one.
    let pace: Double
    /// Requests a minute that Genesys Cloud allows.
    let allowance: Int
    /// Whether days are restated and vanish, and OAuth clients come, go and are renamed.
    let changesThePast: Bool

    /// Genesys Cloud's datasets that the daemon reads.
    var datasets = [
        "organization_query", "client_query", "client_summary", "simplesearch", "organization_jobs", "client_jobs",
    ]

    /// Days before the first one that are owed, too: the daemon begins with a backfill.
    static let daysBefore = 20

    /// The first day that is owed.
    var startDay: World.Day { firstDay.advanced(by: -Self.daysBefore) }
    /// The day on which the daemon is started.
    var firstDay: World.Day { World.Day(2025, 1, 21) }
    /// The day after the last one.
    var endDay: World.Day { firstDay.advanced(by: days) }

    /// How long the simulated vendor takes to publish a day after its end (contract, section 3: about 24 hours).
    static let publishLag = Duration.seconds(20 * 3_600)
    /// How often the daemon looks for due windows, as its configuration says it.
    static let every = "6h"
}
