import FoundationEssentials
import Ingest
import Operations
import UsagedConfiguration
import Warehouse

extension Program {
    /// The same program under another configuration; opens nothing yet.
    ///
    /// - Throws: `MigrationError` as the initializer.
    func reconfigured(_ configuration: Configuration) throws -> Program {
        try Program(
            configuration, timekeeper: timekeeper, longestSilence: longestSilence, supervision: monitor.supervision,
            logger: logger)
    }

    /// Finds out what can be found out without asking anybody: before a configuration takes the place of one that works.
    ///
    /// - Parameter selection: the sources that the command line speaks of.
    /// - Throws: `SecretError`, `SpoolError`, and `CommandFailure` when a source of the command line is missing or a file
    ///   of certificates cannot be used.
    func refuseWhatCannotWork(_ selection: PassSelection) async throws {
        let names = configuration.sources.map(\.name)
        if let missing = selection.sources.sorted().first(where: { !names.contains($0) }) {
            throw CommandFailure(
                .badConfiguration, "--source \(missing) was given at start, and no source of that name is left")
        }
        let secrets = SecretReader(environment: ProcessInfo.processInfo.environment)
        for source in configuration.sources {
            do {
                _ = try secrets.read(source.secret)
            } catch {
                throw CommandFailure(.badConfiguration, "source \(source.name): \(error)")
            }
        }
        try SpoolFolder(configuration.spool.directory).prepare()
        try await Vendors(self).withSources { _ in }
    }
}
