import UsageDomain

/// Answers of a vendor whose past changes: rows appear, change and vanish, whole days vanish, answers are empty.
struct RandomHistory {
    private var random: Seeded
    private var truth: [RowIdentity: UsageRow] = [:]
    private let month: Month

    /// Months of 28, 29, 30 and 31 days.
    private static let months = [
        Month(year: 2025, month: 2), Month(year: 2024, month: 2), Month(year: 2025, month: 4),
        Month(year: 2025, month: 12),
    ]

    private static let texts = [
        "", "plain", "O'Brien \"quoted\"", "back\\slash", "tab\there", "line\nfeed\r", "\\N", "🙂👩‍🚀", "caf\u{e9}",
        "NULL", "{a,b}", " leading and trailing ", "$1 %s", "\u{1}\u{7f}",
    ]

    private static var counters: [WritableKeyPath<UsageCounts, Int64>] {
        [
            \.requests, \.statusCounts.status200, \.statusCounts.status300, \.statusCounts.status400,
            \.statusCounts.status429, \.statusCounts.status500,
        ]
    }

    /// The greatest is one of which a day's sum still has room for a hundred.
    private static let extremes: [Int64] = [0, 1, 1 << 32, (1 << 32) + 1, .max / 100]

    init(seed: Int) {
        random = Seeded(seed)
        month = Self.months[seed % Self.months.count]
    }

    mutating func nextWindow() -> Window {
        let days = month.days
        if Int.random(in: 0..<6, using: &random) == 0 { return Window(dataset: .organizationQuery, days: days) }
        let first = Int.random(in: 0..<days.count, using: &random)
        let length = Int.random(in: 1...min(12, days.count - first), using: &random)
        let start = days.lowerBound.advanced(by: first)
        return Window(dataset: .organizationQuery, days: start..<start.advanced(by: length))
    }

    /// Lets the past of the window change, and states it in any order.
    mutating func nextAnswer(about window: Window) -> [UsageRow] {
        switch Int.random(in: 0..<10, using: &random) {
        case 0: truth = truth.filter { !window.days.contains($0.key.day) }
        case 1: break
        default: for day in window.days { change(day) }
        }
        // Dictionaries differ from process to process: only the sorted order is the seed's.
        let rows = truth.filter { window.days.contains($0.key.day) }
            .sorted { $0.key.description.utf8.lexicographicallyPrecedes($1.key.description.utf8) }.map(\.value)
        return rows.shuffled(using: &random)
    }

    private mutating func change(_ day: Day) {
        if Int.random(in: 0..<8, using: &random) == 0 { truth = truth.filter { $0.key.day != day } }
        for identity in truth.keys.filter({ $0.day == day })
            .sorted(by: { $0.description.utf8.lexicographicallyPrecedes($1.description.utf8) })
        {
            switch Int.random(in: 0..<5, using: &random) {
            case 0: truth[identity] = nil
            case 1:
                // One counter alone: a difference in any of them must be seen.
                let counter = Self.counters.randomElement(using: &random) ?? \.requests
                let changed = count()
                truth[identity]?.counts[keyPath: counter] = changed
            default: break
            }
        }
        for _ in 0..<Int.random(in: 0...6, using: &random) {
            let identity = RowIdentity(
                day: day, clientID: text(), callingOrganizationID: text(), userID: text(), templateURI: text(),
                httpMethod: text(), platform: text())
            truth[identity] = UsageRow(identity: identity, clientName: text(), counts: counts())
        }
    }

    private mutating func text() -> String {
        Self.texts.randomElement(using: &random) ?? ""
    }

    private mutating func counts() -> UsageCounts {
        UsageCounts(
            requests: count(),
            statusCounts: StatusCounts(
                status200: count(), status300: count(), status400: count(), status429: count(), status500: count()))
    }

    private mutating func count() -> Int64 {
        Bool.random(using: &random)
            ? Self.extremes.randomElement(using: &random) ?? 0 : Int64.random(in: 0...1000, using: &random)
    }
}
