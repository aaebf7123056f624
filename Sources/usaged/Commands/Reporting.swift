import ArgumentParser
import Daemon
import Logging
import Operations

/// Runs a command's work and turns every error into a message and an exit status of sysexits.h.
///
/// A person reads the message as it is. Machines get it as the last log line, the journal as one entry for each of its
/// lines, errors whatever the level that is logged: it says why the process ended.
///
/// - Parameters:
///   - options: of the command, which say how log lines are spelled.
///   - work: what the command does.
/// - Throws: `ExitCode`, and nothing else.
func reporting(_ options: CommonOptions, _ work: () async throws -> Void) async throws {
    do {
        try await work()
    } catch let exit as ExitCode {
        throw exit
    } catch {
        let failure = CommandFailure(error)
        let output = StandardErrorStream()
        let format = options.chosenLogFormat
        if format == .text {
            output.writeLine("usaged: \(failure.message)")
        } else {
            let logger = Logger(label: "usaged") {
                LineLogHandler(label: $0, level: .error, format: format, output: output)
            }
            // In the journal a person reads them, who would stumble over escaped line breaks.
            let texts = format == .journal ? failure.message.split(separator: "\n") : [failure.message[...]]
            for text in texts { logger.error("\(text)", metadata: ["exit.status": "\(failure.status.rawValue)"]) }
        }
        throw ExitCode(failure.status.rawValue)
    }
}
