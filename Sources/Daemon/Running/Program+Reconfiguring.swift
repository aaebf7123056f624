import FoundationEssentials
import Ingest
import Operations
import UsagedConfiguration
import Warehouse

extension Program {
    /// The same program under another configuration; opens nothing yet.
    ///
    /// - Parameters:
    ///   - configuration: what the operator wants now.
    ///   - secrets: of its sources; nil reads them now.
    /// - Returns: the program.
    /// - Throws: `MigrationError` as the initializer.
    func reconfigured(_ configuration: Configuration, secrets: SourceSecrets? = nil) throws -> Program {
        try Program(
            configuration, secrets: secrets, timekeeper: timekeeper, longestSilence: longestSilence,
            supervision: monitor.supervision, logger: logger)
    }

    /// The same program once more, with connections of its own: who has worked closes them in the end.
    ///
    /// - Throws: `MigrationError` as the initializer.
    func renewed() throws -> Program {
        try reconfigured(configuration, secrets: secrets)
    }

    /// What another program has otherwise: a line a setting, and one for each source whose secret changed where it is kept.
    func changes(to next: Program) -> [String] {
        let settings = ConfigurationDifference(from: configuration, to: next.configuration).lines
        let secrets = next.secrets.changed(since: secrets).map { "sources.\($0): another secret is in its place" }
        return (settings + secrets).sorted()
    }

    /// Finds out whether a configuration can take the place of one that works, as far as that can be found out without
    /// asking a vendor.
    ///
    /// - Parameters:
    ///   - old: what works now; a database that is another one is looked at.
    ///   - selection: the sources that the command line speaks of.
    /// - Throws: `SecretError`, `SpoolError`, `PostgresError` and `MigrationError` when the other database cannot be worked
    ///   with, and `CommandFailure` when a source of the command line is missing or a file of certificates cannot be used.
    func refuseWhatCannotWork(after old: Configuration, _ selection: PassSelection) async throws {
        let names = configuration.sources.map(\.name)
        if let missing = selection.sources.sorted().first(where: { !names.contains($0) }) {
            throw CommandFailure(
                .badConfiguration, "--source \(missing) was given at start, and no source of that name is left")
        }
        for source in configuration.sources {
            do {
                _ = try secrets.secret(of: source)
            } catch {
                throw CommandFailure(.badConfiguration, "source \(source.name): \(error)")
            }
        }
        try SpoolFolder(configuration.spool.directory).prepare()
        try await Vendors(self).withSources { _ in }
        if configuration.database != old.database { try await requireCurrentSchema(migrating: true) }
    }
}
