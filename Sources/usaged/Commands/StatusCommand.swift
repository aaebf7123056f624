import ArgumentParser
import Daemon
import Foundation
import Operations
import Warehouse

struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Shows freshness, gaps and the last runs.",
        discussion: "Reads the database only; nothing is sent to any vendor."
    )

    @OptionGroup var options: CommonOptions

    @Flag(help: "Print one JSON object instead of tables; times are ISO 8601, days yyyy-MM-dd.")
    var json = false

    func run() async throws {
        try await reporting {
            let (program, _) = try options.program()
            try await program.requireCurrentSchema(migrating: false)
            let report = try await program.warehouse.status(watchedDays: program.watchedDays)
            await program.warehouse.close()
            if json {
                let encoder = JSONEncoder()
                encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
                encoder.dateEncodingStrategy = .iso8601
                print(String(decoding: try encoder.encode(report), as: UTF8.self))
            } else {
                print(StatusTable(report))
            }
        }
    }
}
