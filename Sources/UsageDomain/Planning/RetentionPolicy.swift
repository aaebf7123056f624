/// How long stored days are kept. What is dropped is dropped in whole partitions, months or years, of all organizations of
/// the database, and only when somebody asks for it.
package struct RetentionPolicy: Sendable, Equatable {
    /// Whole months of facts, with their journal, that are kept beside the current one; nil keeps all.
    package let factsMonths: Int?
    /// The same of the sums by day, which are dropped by the year; nil keeps all. Never less than of facts.
    package let rollupsMonths: Int?

    /// The default drops nothing.
    package init(factsMonths: Int? = nil, rollupsMonths: Int? = nil) {
        self.factsMonths = factsMonths
        self.rollupsMonths = rollupsMonths
    }

    /// The first day that the policy keeps.
    ///
    /// - Parameters:
    ///   - subject: what is kept.
    ///   - today: the present UTC day.
    /// - Returns: the first of a month, or of a year for rollups; nil when everything is kept.
    package func firstKeptDay(of subject: RetentionSubject, today: Day) -> Day? {
        let months =
            switch subject {
            case .facts: factsMonths
            case .rollups: rollupsMonths
            }
        guard let months else { return nil }
        let (year, month, _) = today.components
        // Months counted from the year 0.
        let (keptYear, keptMonth) = (year * 12 + month - 1 - months).quotientAndRemainder(dividingBy: 12)
        return Day(year: keptYear, month: subject == .rollups ? 1 : keptMonth + 1, day: 1)
    }
}

/// What retention drops together.
package enum RetentionSubject: String, CaseIterable, Sendable {
    /// Usage by day and its journal.
    case facts
    /// Sums by day, which may be kept longer.
    case rollups
}
