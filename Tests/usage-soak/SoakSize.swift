import FoundationEssentials
import UsageSimulator

/// How much happens, and from which seed.
struct SoakSize: Sendable {
    /// Of the organization, the faults, the mishaps and the changes of the past.
    let seed: UInt64
    /// Simulated days that the daemon lives through.
    var days: Int
    /// OAuth clients of the organization.
    var clients: Int
    /// Rows a day of the organization.
    var rowsADay: Int
    /// Requests out of a thousand that a fault hits.
    var faultsPerThousand: Int
    /// On average; 0 for no mishap.
    var requestsBetweenMishaps: Int
    /// Simulated seconds in a real one.
    var pace: Double
    /// Requests a minute that Genesys Cloud allows: fewer than in truth, for at this pace no machine could send more.
    var allowance: Int
    /// Whether days are restated and vanish, and OAuth clients come, go and are renamed.
    var changesThePast = true

    /// A year of a hundred OAuth clients.
    static func full(seed: UInt64) -> SoakSize {
        SoakSize(
            seed: seed, days: 365, clients: 100, rowsADay: 300, faultsPerThousand: 12, requestsBetweenMishaps: 1_500,
            pace: 300, allowance: 100)
    }

    /// Three weeks of ten, in which as much goes wrong.
    static func short(seed: UInt64) -> SoakSize {
        SoakSize(
            seed: seed, days: 20, clients: 10, rowsADay: 60, faultsPerThousand: 30, requestsBetweenMishaps: 100,
            pace: 600, allowance: 100)
    }

    /// What runs the same again.
    var command: String {
        "usage-soak --seed \(seed) --days \(days) --clients \(clients) --rows-a-day \(rowsADay) "
            + "--faults \(faultsPerThousand) --mishap-every \(requestsBetweenMishaps) --pace \(Int(pace))"
            + (changesThePast ? "" : " --steady")
    }

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
