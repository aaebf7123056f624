import Ingest
import Operations
import UsageDomain

/// `--plan` for a person: the windows in the order of work, then what they cost.
struct PlanText: CustomStringConvertible {
    let plan: PassPlan

    init(_ plan: PassPlan) {
        self.plan = plan
    }

    var description: String {
        guard !plan.items.isEmpty else { return "Nothing to do: coverage lacks nothing that was asked for." }
        var table = TextTable(["SOURCE", "DATASET", "FROM", "TO", "DAYS"])
        for item in plan.items {
            let window = item.window
            table.add([
                item.source, window.dataset.rawValue, "\(window.firstDay)", "\(window.lastDay)", "\(window.days.count)",
            ])
        }
        var lines = [
            table.description,
            "",
            "\(plan.items.count) \(plan.items.count == 1 ? "window" : "windows"), about \(plan.requests) requests, about \(plan.duration.inWords). Nothing was sent.",
        ]
        if !plan.unknownSources.isEmpty {
            lines.append(
                "Never authenticated, so taken as wholly lacking: \(plan.unknownSources.joined(separator: ", ")).")
        }
        return lines.joined(separator: "\n")
    }
}
