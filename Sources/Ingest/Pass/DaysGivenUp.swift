package import UsageDomain
import Warehouse

/// A backfill asks for nothing but days that retention gave up.
package struct DaysGivenUp: Error, CustomStringConvertible {
    /// As asked for.
    package let days: Range<Day>
    /// The first day that is kept.
    package let firstKeptDay: Day

    package var description: String {
        "\(days.lowerBound)..\(days.upperBound.advanced(by: -1)): retention gave up the days before \(firstKeptDay); they "
            + "are not stored again (the README says how to take that back)"
    }
}

extension Pass {
    /// - Throws: ``DaysGivenUp`` when no dataset that the pass works on keeps any of the days; `PostgresError`.
    func refuseDaysGivenUp(_ scope: PassScope, _ selection: PassSelection) async throws {
        guard case .backfill(let days, _) = scope else { return }
        let datasets = sources.filter(selection.includes).flatMap(\.registration.datasets).map(\.dataset)
            .filter { selection.includes($0) && scope.includes($0) }
        guard !datasets.isEmpty, datasets.allSatisfy(\.isRetained),
            let firstKeptDay = try await patiently({ try await warehouse.firstKeptDay() }),
            days.upperBound <= firstKeptDay
        else { return }
        throw DaysGivenUp(days: days, firstKeptDay: firstKeptDay)
    }
}
