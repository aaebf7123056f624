/// A range of whole days of one dataset (and one OAuth client, where the dataset is asked per client): the unit of
/// fetch, retry, commit and coverage. Half-open, as everywhere inside the program.
package struct Window: Hashable, Sendable {
    package let dataset: Dataset
    /// The OAuth client asked about; `""` for a dataset that is not asked per client.
    package let clientID: String
    /// At least one day, at most 31, all of one month.
    package let days: Range<Day>

    /// - Precondition: `days` is not empty and lies within one month.
    package init(dataset: Dataset, clientID: String = "", days: Range<Day>) {
        precondition(!days.isEmpty && days.lowerBound.month == days.upperBound.advanced(by: -1).month)
        self.dataset = dataset
        self.clientID = clientID
        self.days = days
    }

    package var firstDay: Day { days.lowerBound }
    package var lastDay: Day { days.upperBound.advanced(by: -1) }

    /// The same question for a part of the days.
    package func narrowed(to part: Range<Day>) -> Window {
        Window(dataset: dataset, clientID: clientID, days: part.clamped(to: days))
    }

    /// One window for each day, newest first.
    package var singleDays: [Window] {
        days.reversed().map { narrowed(to: $0..<$0.advanced(by: 1)) }
    }

    /// The earlier and the later half; nil for a single day, which cannot be halved.
    package var halves: (Window, Window)? {
        guard days.count > 1 else { return nil }
        let middle = days.lowerBound.advanced(by: days.count / 2)
        return (narrowed(to: days.lowerBound..<middle), narrowed(to: middle..<days.upperBound))
    }
}

extension Window: CustomStringConvertible {
    /// `organization_query 2025-01-01..2025-01-31`, both days included.
    package var description: String {
        let client = clientID.isEmpty ? "" : " of OAuth client \(clientID)"
        return "\(dataset.rawValue)\(client) \(firstDay)..\(lastDay)"
    }
}
