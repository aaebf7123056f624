import Testing
import UsageDomain

struct RetentionPolicyTests {
    @Test(arguments: [
        ("2026-03-31", 3, "2025-12-01", "2025-01-01"), ("2026-03-01", 3, "2025-12-01", "2025-01-01"),
        ("2026-12-15", 12, "2025-12-01", "2025-01-01"), ("2024-02-29", 36, "2021-02-01", "2021-01-01"),
        ("2026-01-01", 1, "2025-12-01", "2025-01-01"), ("2026-01-01", 12, "2025-01-01", "2025-01-01"),
    ])
    func `so many whole months are kept beside the current one, and rollups by the year`(
        today: String, months: Int, facts: String, rollups: String
    ) throws {
        let today = try #require(Day(today))
        let policy = RetentionPolicy(factsMonths: months, rollupsMonths: months)
        #expect(policy.firstKeptDay(of: .facts, today: today)?.description == facts)
        #expect(policy.firstKeptDay(of: .rollups, today: today)?.description == rollups)
    }

    @Test(arguments: RetentionSubject.allCases)
    func `what no policy speaks of is kept`(subject: RetentionSubject) throws {
        #expect(RetentionPolicy().firstKeptDay(of: subject, today: try #require(Day("2026-01-01"))) == nil)
    }
}
