import Ingest
import Operations
import Synchronization
import UsageDomain
import Warehouse

/// What became of a pass, one line a dataset: its windows are too many to be told one by one.
final class PassAccount: Sendable {
    private struct Line {
        var windows = 0
        var outcome = StoreOutcome()

        mutating func add(_ stored: StoreOutcome) {
            windows += 1
            outcome.inserted += stored.inserted
            outcome.updated += stored.updated
            outcome.deleted += stored.deleted
            outcome.unchanged += stored.unchanged
        }
    }

    private struct Content {
        var lines: [Dataset: Line] = [:]
        /// What an operator would be told beside the numbers, in the order in which it happened.
        var remarks: [String] = []
    }

    private let content = Mutex(Content())

    func receive(_ event: PassEvent) {
        switch event {
        case .windowStored(_, let window, let outcome, _, let doubt):
            content.withLock { content in
                content.lines[window.dataset, default: Line()].add(outcome)
                if let doubt { content.remarks.append("\(window) stays provisional: \(doubt)") }
            }
        case .windowFailed(_, let window, let reason):
            remark("\(window) failed: \(reason)")
        case .windowSplit(_, let window, let parts, let reason):
            remark("\(window) is read in \(parts) parts: \(reason)")
        case .sourceFailed(let source, _, let reason):
            remark("\(source) failed: \(reason)")
        case .monthChecked(let source, let month, let differences):
            let verdict = differences.isEmpty ? "equals the sum of its days" : "differs from the sum of its days"
            remark("\(source): \(month) asked for as a whole \(verdict).")
        default:
            break
        }
    }

    /// A table and the remarks, indented.
    var text: String {
        content.withLock { content in
            var table = TextTable(["DATASET", "WINDOWS", "NEW", "CHANGED", "VANISHED", "UNTOUCHED"])
            for dataset in Dataset.allCases {
                guard let line = content.lines[dataset] else { continue }
                let outcome = line.outcome
                table.add([
                    dataset.rawValue, "\(line.windows)", "\(outcome.inserted)", "\(outcome.updated)",
                    "\(outcome.deleted)", "\(outcome.unchanged)",
                ])
            }
            let lines = table.description.split(separator: "\n").map(String.init) + content.remarks
            return lines.map { "   \($0)" }.joined(separator: "\n")
        }
    }

    private func remark(_ text: String) {
        content.withLock { $0.remarks.append(text) }
    }
}
