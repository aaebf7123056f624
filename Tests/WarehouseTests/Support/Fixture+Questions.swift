import Postgres
import TestSupport
import Testing
import UsageDomain

@testable import Warehouse

extension Fixture {
    /// Lines of an answer as of a moment, columns separated by blanks and NULL as `-`.
    func answer(
        at now: String = "2025-03-05T06:00:00Z", timeZone: String = "UTC", _ columns: String,
        from rest: String
    ) async throws -> [String] {
        let cells = columns.split(separator: " ").map { "coalesce((\($0))::text, '-')" }.joined(separator: ", ")
        return try await administration.withTransaction(timeout: .seconds(60)) { connection in
            try connection.execute(
                "SELECT set_config('usaged.now', \(now), true), set_config('TimeZone', \(timeZone), true)")
            return try connection.query(SQL(unsafe: "SELECT concat_ws(' ', \(cells)) FROM usage.\(rest)"))
                .map { try $0.decode(String.self) }
        }
    }

    /// Makes a dataset, asked since a day, the primary one of the organization.
    func makePrimary(_ dataset: Dataset, from start: String) async throws {
        let registration = SourceRegistration(
            name: "acme", kind: "genesys",
            datasets: [.init(dataset: dataset, startDate: day(start), settleAfter: .zero, byUser: false)],
            primary: dataset)
        try await warehouse.configure([registration])
        _ = try await warehouse.identify(
            registration, as: Self.organization, now: date("2025-03-01T00:00:00Z"))
    }
}
