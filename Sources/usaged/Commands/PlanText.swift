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
        guard !plan.items.isEmpty else {
            return
                ([unlisted ?? "Nothing to do: coverage lacks nothing that was asked for."]
                + [givenUp].compactMap(\.self))
                .joined(separator: "\n")
        }
        // A column of dashes where no dataset is asked per client helps nobody.
        let hasClients = plan.items.contains { !$0.window.clientID.isEmpty }
        var table = TextTable(["SOURCE", "DATASET"] + (hasClients ? ["CLIENT"] : []) + ["FROM", "TO", "DAYS"])
        for item in plan.items {
            let window = item.window
            let client = window.clientID.isEmpty ? "-" : window.clientID
            table.add(
                [item.source, window.dataset.rawValue] + (hasClients ? [client] : [])
                    + ["\(window.firstDay)", "\(window.lastDay)", "\(window.days.count)"])
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
        if let unlisted { lines.append(unlisted) }
        if let givenUp { lines.append(givenUp) }
        return lines.joined(separator: "\n")
    }

    /// What is left out because retention gave it up; nil when nothing is.
    private var givenUp: String? {
        plan.givenUp.map {
            "Left out, for retention gave them up: \($0.lowerBound)..\($0.upperBound.advanced(by: -1))."
        }
    }

    /// What is missing above because nobody knows the OAuth clients yet; nil when nothing is.
    private var unlisted: String? {
        guard !plan.unlistedDatasets.isEmpty else { return nil }
        let datasets = plan.unlistedDatasets.map { "\($0.dataset.rawValue) of \($0.source)" }
        return
            "Not planned, because OAuth clients are listed by the first run only: \(datasets.joined(separator: ", "))."
    }
}
