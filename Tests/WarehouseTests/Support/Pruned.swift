import FoundationEssentials
import Postgres
import TestSupport
import UsageDomain

@testable import Warehouse

/// A warehouse of four months, and what three months of retention drop of it.
enum Pruned {
    static let now = date("2025-06-15T00:00:00Z")
    static let threeMonths = RetentionPolicy(factsMonths: 3)
    /// Partitions of facts that are there afterwards.
    static let kept = ["restatement_202503", "restatement_202504", "usage_row_202503", "usage_row_202504"]

    /// A row of each month, each of which then changes once; months before March are given up by three months in June.
    static func fixture() async throws -> Fixture {
        let fixture = try await Fixture()
        for month in ["2025-01", "2025-02", "2025-03", "2025-04"] {
            let days = window("\(month)-01", "\(month)-02")
            for requests in [Int64(1), 2] {
                try await fixture.store([row(days.firstDay, requests: requests)], days)
            }
        }
        return fixture
    }

    /// What was dropped, in order.
    static func prune(
        _ policy: RetentionPolicy = threeMonths,
        now: Date = now,
        limits: PruningLimits = PruningLimits()
    ) async throws -> [PrunablePartition] {
        let connection = try await TestDatabase.current.connect()
        let dropped = Dropped()
        do {
            try await Pruning(on: connection, policy: policy, limits: limits)
                .perform(now: now) { dropped.partitions.append($0) }
            await connection.close()
            return dropped.partitions
        } catch {
            await connection.close()
            throw error
        }
    }

    private final class Dropped {
        var partitions: [PrunablePartition] = []
    }

    /// Partitions of facts that are there now.
    static func partitions(_ fixture: Fixture) async throws -> [String] {
        try await fixture.lines("SELECT name FROM ingest.day_partition WHERE subject = 'facts' ORDER BY name")
    }
}
