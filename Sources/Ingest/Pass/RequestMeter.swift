import UsageDomain

/// Counts the requests that sources send from now on, whatever for: tokens, listings, windows, repetitions.
struct RequestMeter: Sendable {
    private let budgets: [(budget: any SourceBudget, before: Int)]

    init(_ sources: [ConfiguredSource]) async {
        var budgets: [(any SourceBudget, Int)] = []
        for source in sources {
            guard let budget = source.adapter.common.budget else { continue }
            budgets.append((budget, await budget.requests))
        }
        self.budgets = budgets
    }

    var requests: Int {
        get async {
            var sum = 0
            for (budget, before) in budgets { sum += await budget.requests - before }
            return sum
        }
    }
}
