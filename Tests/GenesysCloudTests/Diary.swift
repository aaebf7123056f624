import Synchronization
import UsageDomain

/// Writes down what an execution recorder hears, as lines.
final class Diary: Sendable {
    private let written = Mutex<[String]>([])
    private let asked = Mutex<[Query]>([])
    private let accepted = Mutex<OpenExecution?>(nil)
    private let open: OpenExecution?
    private let onLine: @Sendable (String) -> String

    /// - Parameters:
    ///   - open: what is open from before.
    ///   - onLine: may add to each line as it is written.
    init(open: OpenExecution? = nil, onLine: @escaping @Sendable (String) -> String = { $0 }) {
        self.open = open
        self.onLine = onLine
    }

    var lines: [String] { written.withLock { $0 } }

    /// Every query for which an open execution was looked for.
    var queries: [Query] { asked.withLock { $0 } }

    /// What was accepted last.
    var lastAccepted: OpenExecution? { accepted.withLock { $0 } }

    var recorder: ExecutionRecorder {
        ExecutionRecorder(
            open: { query in
                self.asked.withLock { $0.append(query) }
                return self.open
            },
            intend: { _ in
                let number = self.lines.count { $0.hasPrefix("intend") } + 1
                self.write("intend \(number)")
                return SubmissionID(rawValue: Int64(number))
            },
            accepted: { submission, execution in
                self.accepted.withLock { $0 = OpenExecution(submission: submission, execution: execution) }
                self.write("accepted \(submission.rawValue)\(execution.rawValue.isEmpty ? " nothing" : "")")
            },
            ended: { submission, end in self.write("ended \(submission.rawValue) \(end.rawValue)") }
        )
    }

    private func write(_ line: String) {
        let line = onLine(line)
        written.withLock { $0.append(line) }
    }
}

/// Keeps rows.
final class RowList: UsageRowSink {
    private(set) var rows: [UsageRow] = []
    private(set) var restarts = 0
    private var kept = 0

    func restart() {
        rows.removeSubrange(kept...)
        restarts += 1
    }

    func keep() {
        kept = rows.count
    }

    func append(_ row: UsageRow) {
        rows.append(row)
    }
}
