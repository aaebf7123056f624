import ArgumentParser
import EphemeralPostgres
import FoundationEssentials
import Glibc
import UsageDomain
import UsageSimulator

/// Everything on this machine and for some seconds only: a private PostgreSQL, two simulated vendors, all that they tell,
/// one restatement, and the answers.
@main
struct UsageDemo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "usage-demo",
        abstract: "Shows what usaged does, without an account and without a configured server.",
        discussion: """
            Starts a private PostgreSQL cluster in a temporary directory and simulates Genesys Cloud and Infodeck, ingests \
            60 days of every dataset with a few faults and one restatement, and prints what the analyst's views answer. \
            Leaves nothing behind.
            """
    )

    @Flag(help: "Keep everything running afterwards, to look around with psql; Ctrl-C ends it.")
    var keep = false

    @Option(help: "Seed of the simulated organization; the same seed gives the same usage.")
    var seed: UInt64 = 7

    func run() async throws {
        print("1. A private PostgreSQL cluster in a temporary directory …")
        try await EphemeralPostgres.withCluster { cluster in
            let warehouse = try await DemoWarehouse.create(in: cluster)
            print("   ready, schema migrated.")
            print("2. A simulated Genesys Cloud and Infodeck with a few faults up their sleeves …")
            let yesterday = Day(containing: Date()).advanced(by: -1)
            let story = DemoStory(days: yesterday.advanced(by: -59)..<yesterday.advanced(by: 1))
            var size = World.Size(clients: 12, rowsADay: 120)
            size.isOrdinary = true
            try await withSimulator(world: World(seed: seed, size: size), script: story.script) { simulator in
                print("   listening on \(simulator.baseURL)")
                try await story.tell(simulator, warehouse)
            }
            try await warehouse.printAnswers(restated: story.restatedDay)
            if keep {
                try await waitForInterrupt(cluster)
            } else {
                print("\nRun `swift run usage-demo --keep` to look around with psql. Removing the cluster.")
            }
            await warehouse.close()
        }
    }

    private func waitForInterrupt(_ cluster: EphemeralPostgres) async throws {
        print(
            """

            Look around:

                psql "\(cluster.conninfo(database: DemoWarehouse.database))"

            Ctrl-C ends the server and removes its directory.
            """)
        // A pipe is buffered, and whoever reads it waits for the address.
        fflush(nil)
        while true { try await Task.sleep(for: .seconds(3600)) }
    }
}
