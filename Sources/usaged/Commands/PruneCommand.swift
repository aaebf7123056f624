import ArgumentParser
import Daemon
import Foundation
import Operations
import UsageDomain
import UsagedConfiguration
import Warehouse

struct PruneCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prune",
        abstract: "Drops days that the configuration's retention gives up, as a member of usage_owner.",
        discussion: """
            Nothing is ever dropped but by this command, and only what retention says: whole months of facts with their \
            journal, whole years of sums by day, oldest first. The daemon's login may not run it. Readers and the daemon \
            go on meanwhile. Days that are given up are not owed, loaded or backfilled any more; usage.retention and \
            `usaged status` say which they are.

            Interrupt it whenever you like: started again, it goes on where it was. Try --plan first.
            """
    )

    @OptionGroup var options: CommonOptions

    @Flag(help: "Print the partitions, days, rows and bytes that would be dropped; drop nothing.")
    var plan = false

    func run() async throws {
        try await reporting(options) {
            let (program, _) = try options.program()
            try await program.requireCurrentSchema(migrating: false)
            if program.configuration.retention == RetentionPolicy() {
                print("The configuration has no retention: every day is kept.")
            }
            try await program.withConnection { connection in
                let pruning = Pruning(on: connection, policy: program.configuration.retention)
                if plan {
                    let partitions = try await pruning.plan(now: Date())
                    print(PruningText(partitions))
                } else {
                    try await pruning.perform(now: Date()) { print("Dropped \(PruningText.line(of: $0)).") }
                }
            }
        }
    }
}
