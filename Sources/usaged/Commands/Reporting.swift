import ArgumentParser
import Daemon
import FoundationEssentials
import Operations

/// Runs a command's work and turns every error into a message and an exit status of sysexits.h.
func reporting(_ work: () async throws -> Void) async throws {
    do {
        try await work()
    } catch let exit as ExitCode {
        throw exit
    } catch {
        let failure = CommandFailure(error)
        let format = LogFormat.suitable(for: ProcessInfo.processInfo.environment)
        StandardErrorStream().writeLine(format.spelling(failure: "usaged: \(failure.message)"))
        throw ExitCode(failure.status.rawValue)
    }
}
