import Ingest
import Logging
import Operations
import ServiceLifecycle
import UnixSignals
import UsagedConfiguration

/// The daemon's work through changes of its configuration: at SIGHUP the file is read again.
///
/// A configuration that is refused changes nothing. One that is accepted has the windows under way finished or rolled
/// back, as at SIGTERM, and goes on from what coverage and the open executions say. Should it turn out to be wrong before
/// it was seen to work (the database refuses a source, say), the last one that was is taken up again.
struct ReloadingService: Service, CustomStringConvertible {
    let program: Program
    let selection: PassSelection
    let reread: @Sendable () throws -> Configuration

    var description: String { "daemon" }

    func run() async throws {
        // Trapped before the work begins: without a handler the signal would end the process.
        let hangups = await UnixSignalsSequence(trapping: .sighup)
        let succession = Succession(program)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for await _ in hangups { await reload(succession) }
            }
            defer { group.cancelAll() }
            try await work(succession)
        }
    }

    // MARK: Work

    private func work(_ succession: Succession) async throws {
        var current = program
        var proven: Program?
        while true {
            let proof = Proof()
            // A group of its own, so that it can be asked to end while the process goes on.
            let term = ServiceGroup.together(
                [ConfiguredService(program: current, selection: selection, onProof: proof.give)],
                logger: program.logger)
            await succession.begin(term, under: current)
            do {
                try await term.run()
                guard let next = succession.takeNext(), !Task.isShuttingDownGracefully else { return }
                if proof.isGiven { proven = current }
                current = next
            } catch {
                guard !(error is CancellationError), !Task.isCancelled, !Task.isShuttingDownGracefully else {
                    throw error
                }
                if proof.isGiven { proven = current }
                let message: Logger.Metadata = ["error": "\(CommandFailure(error).message)"]
                if let next = succession.takeNext() {
                    // It failed at the very moment at which it was to be replaced.
                    program.logger.error("old configuration failed, the new one is taken up", metadata: message)
                    current = next
                } else if let kept = proven, !proof.isGiven {
                    program.logger.error(
                        "new configuration does not work, so the one before it is taken up again", metadata: message)
                    // Should it not work either any more, nothing is left.
                    (current, proven) = (try kept.renewed(), nil)
                } else {
                    throw error
                }
            }
        }
    }

    // MARK: SIGHUP

    private func reload(_ succession: Succession) async {
        program.monitor.supervision.beginReload()
        defer { program.monitor.supervision.endReload() }
        let old = succession.newest
        do {
            let next = try old.reconfigured(try reread())
            let changes = old.changes(to: next)
            guard !changes.isEmpty else {
                program.logger.notice("configuration read again, nothing has changed")
                return
            }
            try await next.refuseWhatCannotWork(after: old.configuration, selection)
            program.logger.notice(
                "configuration changed", metadata: ["changes": .array(changes.map { .string($0) })])
            await succession.end(for: next)
        } catch {
            program.logger.error(
                "new configuration refused, the old one is kept",
                metadata: ["error": "\(CommandFailure(error).message)"])
        }
    }
}
