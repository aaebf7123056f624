import ArgumentParser
import Daemon
import FoundationEssentials
import Logging
import Operations
import UsagedConfiguration

/// What every command takes.
struct CommonOptions: ParsableArguments {
    @Option(help: "The configuration file.")
    var config = "/etc/usaged/usaged.yaml"

    @Option(
        help: """
            Least severe level that is logged: trace, debug, info, notice, warning, error or critical. Default: info.
            """,
        transform: { text in
            guard let level = Logger.Level(rawValue: text) else {
                throw ValidationError("The log level is one of \(Logger.Level.allCases.map(\.rawValue)).")
            }
            return level
        })
    var logLevel: Logger.Level = .info

    @Option(help: "Spelling of log lines: journal, text or json. Default: journal under systemd, otherwise text.")
    var logFormat: LogFormat?

    /// Reads the configuration and puts the program together; opens nothing yet.
    func program() throws -> (Program, StandardErrorStream) {
        let output = StandardErrorStream()
        let logger = makeLogger(on: output)
        return (try Program(try configuration(), logger: logger), output)
    }

    /// Reads the configuration.
    ///
    /// - Throws: `ConfigurationError` with all that is wrong.
    /// - Returns: what the file says now.
    func configuration() throws -> Configuration {
        try ConfigurationLoader(now: Date()).load(path: config)
    }

    /// How log lines are spelled, chosen or by where they go.
    var chosenLogFormat: LogFormat {
        logFormat ?? .suitable(for: ProcessInfo.processInfo.environment)
    }

    /// A logger on standard error, for the whole process.
    private func makeLogger(on output: StandardErrorStream) -> Logger {
        let format = chosenLogFormat
        let level = logLevel
        return Logger(label: "usaged") { label in
            LineLogHandler(label: label, level: level, format: format, output: output)
        }
    }
}

extension LogFormat: ExpressibleByArgument {}
