import ArgumentParser
import Daemon
import Foundation
import Operations
import Warehouse

struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Shows what each source is about, how fresh it is, its gaps, and the last runs.",
        discussion: """
            Reads the database only; nothing is sent to any vendor. A strip shows the newest days that are owed, a \
            character a day, as many as fit, sixty at most. Colour is left out when NO_COLOR is set, TERM is dumb or the \
            output is no terminal.

            --json prints one object: version (1), readAt, sources, requestsOfLastDay, coverage (a string states with a \
            letter a day from firstDay to lastDay: C covered, P provisional, F failed, G gap, U unavailable), freshness, \
            problems and hiddenProblems, backingOff, reconciliations, monthDifferences, lateness, retention, runs. Fields \
            may be added without another version, and those that are not known are left out.
            """
    )

    @OptionGroup var options: CommonOptions

    @Flag(help: "Print one JSON object instead of tables; times are ISO 8601, days yyyy-MM-dd.")
    var json = false

    func run() async throws {
        try await reporting(options) {
            let (program, _) = try options.program()
            try await program.requireCurrentSchema(migrating: false)
            let report = try await program.warehouse.status(watchedDays: program.watchedDays, now: Date())
            await program.warehouse.close()
            if json {
                let encoder = JSONEncoder()
                encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
                encoder.dateEncodingStrategy = .iso8601
                print(String(decoding: try encoder.encode(report), as: UTF8.self))
            } else {
                print(StatusTable(report, on: .standardOutput(ProcessInfo.processInfo.environment)))
            }
        }
    }
}
