package import Ingest
package import Logging

/// Shows how far a backfill is: a line that rewrites itself on a terminal, otherwise a log line a
/// step.
package final class BackfillProgress: Sendable {
    private let output: StandardErrorStream
    private let logger: Logger

    package init(output: StandardErrorStream, logger: Logger) {
        self.output = output
        self.logger = logger
    }

    package func receive(_ event: PassEvent) {
        switch event {
        case .began(_, let windows):
            if windows > 0 { output.show(status: "0 of \(windows) windows") }
        case .progressed(let progress):
            if output.isTerminal {
                output.show(status: Self.line(progress))
            } else {
                log(progress)
            }
        case .finished:
            output.show(status: "")
        default:
            break
        }
    }

    /// `12 of 40 windows, 81234 rows, 61 requests, 4 min left`.
    package static func line(_ progress: PassProgress) -> String {
        var parts = [
            "\(progress.windowsDone) of \(progress.windowsPlanned) windows", "\(progress.rows) rows",
            "\(progress.requests) requests",
        ]
        if let left = progress.timeLeft, left > .zero { parts.append("\(left.inWords) left") }
        return parts.joined(separator: ", ")
    }

    private func log(_ progress: PassProgress) {
        logger.info(
            "backfill progressed",
            metadata: [
                "windows.done": "\(progress.windowsDone)",
                "windows.planned": "\(progress.windowsPlanned)",
                "rows": "\(progress.rows)",
                "requests": "\(progress.requests)",
                "time.left": "\(progress.timeLeft?.inWords ?? "unknown")",
            ])
    }
}
