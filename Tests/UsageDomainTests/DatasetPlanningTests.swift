import Foundation
import Testing
import UsageDomain

/// What is particular to datasets beside the organization query.
struct DatasetPlanningTests {
    let noon: Date
    let today: Day

    init() throws {
        today = try #require(Day("2025-03-15"))
        noon = today.start.addingTimeInterval(43_200)
    }

    func planner(at now: Date? = nil, calendar: DayCalendar = .utc) -> Planner {
        Planner(
            settling: Settling(settleAfter: .seconds(48 * 3600), calendar: calendar), lookbackDays: 7,
            widePassDays: 35, now: now ?? noon)
    }

    func due(
        _ dataset: Dataset, client: String = "", from start: Int, _ coverage: [Day: DayCoverage] = [:],
        early: Bool = false
    ) -> [Window] {
        planner().dueWindows(
            of: dataset, clientID: client, owedFrom: today.advanced(by: -start), coverage: coverage,
            retryingEarly: early
        ).map(\.window)
    }

    @Test(arguments: [Dataset.simplesearch, .channelUsage])
    func `what is answered a day at a time is asked a day at a time, newest first`(dataset: Dataset) {
        #expect(due(dataset, from: 3).map(\.days.count) == [1, 1, 1])
        #expect(due(dataset, from: 3).map(\.firstDay) == (1...3).map { today.advanced(by: -$0) })
        let asked = planner().backfillWindows(
            of: dataset, days: today.advanced(by: -40)..<today.advanced(by: 5), coverage: [:], refetching: true)
        #expect(asked.count == 40)
        #expect(asked.allSatisfy { $0.window.days.count == 1 })
    }

    @Test(arguments: [Dataset.clientQuery, .clientJobs])
    func `windows of a per-client dataset name their client`(dataset: Dataset) {
        let windows = due(dataset, client: "abc", from: 20)
        #expect(windows.map(\.clientID) == ["abc", "abc"])
        #expect(windows.map(\.days.count) == [14, 6])
    }

    @Test func `a snapshot is due once a day, is today's, and owes nothing of the past`() {
        let snapshot = due(.clientSummary, client: "abc", from: 400)
        #expect(snapshot == [Window(dataset: .clientSummary, clientID: "abc", days: today..<today.advanced(by: 1))])
        #expect(due(.clientSummary, from: 400, [today: DayCoverage(state: .covered, fetchedAt: noon)]) == [])
        let failed = DayCoverage(state: .failed, fetchedAt: nil, nextAttemptAt: noon.addingTimeInterval(60))
        #expect(due(.clientSummary, from: 400, [today: failed]) == [])
        #expect(due(.clientSummary, from: 400, [today: failed], early: true).count == 1)
        let backfill = planner().backfillWindows(
            of: .clientSummary, days: today.advanced(by: -10)..<today, coverage: [:], refetching: true)
        #expect(backfill == [])
    }

    @Test(arguments: [Dataset.organizationJobs, .clientJobs])
    func `the newer family is asked for one year back and no further`(dataset: Dataset) throws {
        let windows = due(dataset, from: 500)
        #expect(windows.last?.firstDay == today.advanced(by: -364))
        let asked = planner().backfillWindows(
            of: dataset, days: today.advanced(by: -500)..<today, coverage: [:], refetching: true)
        #expect(asked.last?.window.firstDay == today.advanced(by: -364))
        // The start of the oldest window, as an instant, is less than a year ago.
        let oldest = try #require(windows.last?.firstDay.start)
        #expect(noon.timeIntervalSince(oldest) < 365 * 86_400)
    }

    @Test func `owed days past the reach are forgotten unless they are stored or known to be`() {
        let owed = today.advanced(by: -370)..<today
        func forgotten(_ coverage: [Day: DayCoverage]) -> [Day] {
            planner().forgottenDays(of: .organizationJobs, days: owed, coverage: coverage).flatMap(\.days).sorted()
        }
        let past = (365...370).map { today.advanced(by: -$0) }.sorted()
        #expect(forgotten([:]) == past)
        #expect(forgotten([past[0]: DayCoverage(state: .covered, fetchedAt: noon)]) == Array(past[1...]))
        #expect(forgotten([past[1]: DayCoverage(state: .failed, fetchedAt: nil, nextAttemptAt: noon)]) == past)
        #expect(forgotten([past[2]: DayCoverage(state: .unavailable, fetchedAt: nil)]).contains(past[2]) == false)
        // Of a client that was unavailable for a while, nothing more is asked either.
        let resting = DayCoverage(state: .unavailable, fetchedAt: nil, nextAttemptAt: noon)
        #expect(forgotten([past[3]: resting]) == past)
        #expect(planner().forgottenDays(of: .organizationQuery, days: owed, coverage: [:]) == [])
        #expect(planner().forgottenDays(of: .clientJobs, days: today..<today, coverage: [:]) == [])
    }

    @Test func `an unavailable client is asked again when its week is over, and not before, not even by hand`() {
        func state(_ until: TimeInterval?) -> [Day: DayCoverage] {
            [
                today.advanced(by: -1): DayCoverage(
                    state: .unavailable, fetchedAt: nil, nextAttemptAt: until.map { noon.addingTimeInterval($0) })
            ]
        }
        #expect(due(.clientQuery, client: "abc", from: 1, state(60), early: true) == [])
        #expect(due(.clientQuery, client: "abc", from: 1, state(-60)).count == 1)
        #expect(due(.clientQuery, client: "abc", from: 1, state(nil), early: true) == [])
    }

    @Test func `a backfill asks for an unavailable client again when its week is over`() {
        func windows(_ until: TimeInterval?) -> Int {
            let day = today.advanced(by: -3)
            let state = DayCoverage(
                state: .unavailable, fetchedAt: nil, nextAttemptAt: until.map { noon.addingTimeInterval($0) })
            return planner().backfillWindows(
                of: .clientQuery, clientID: "abc", days: day..<day.advanced(by: 1), coverage: [day: state],
                refetching: false
            ).count
        }
        #expect(windows(60) == 0)
        #expect(windows(-60) == 1)
        #expect(windows(nil) == 0)
    }

    @Test func `local days are planned by the local calendar`() throws {
        // 2025-03-15 12:00 UTC is 02:00 of the 16th in a zone 14 hours ahead: its 15th is over, though UTC's is not.
        let midnights = (0..<30).map { today.advanced(by: $0 - 20).start.addingTimeInterval(-14 * 3600) }
        let calendar = DayCalendar(
            timeZone: "Pacific/Kiritimati", midnights: midnights, firstDay: today.advanced(by: -20))
        let planner = planner(calendar: calendar)
        #expect(planner.today == today.advanced(by: 1))
        let windows = planner.dueWindows(
            of: .channelUsage, owedFrom: today, coverage: [:], retryingEarly: false)
        #expect(windows.map(\.window.firstDay) == [today])
        // The 13th ended at 10:00 UTC of that day, and settles 48 hours later.
        let thirteenth = today.advanced(by: -2)
        #expect(planner.settling.isSettled(thirteenth, fetchedAt: noon))
        #expect(!Settling(settleAfter: .seconds(48 * 3600)).isSettled(thirteenth, fetchedAt: noon))
    }
}
