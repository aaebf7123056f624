import FoundationEssentials
import Postgres
import TestSupport
import Testing
import UsageDomain

@testable import Warehouse

/// Random histories of answers for overlapping windows, against a model that is a dictionary.
@Suite(.database) struct HistoryTests {
    @Test(arguments: 1...8)
    func `stored rows equal the last answers, and the journal replays back to each earlier state`(
        seed: Int
    ) async throws {
        let fixture = try await Fixture()
        var world = RandomHistory(seed: seed)
        var states: [State] = []
        var model: [RowIdentity: StoredFact] = [:]
        var answered: Set<Day> = []
        for step in 0..<14 {
            let now = date("2025-06-01T00:00:00Z").addingTimeInterval(Double(step) * 3600)
            let window = world.nextWindow()
            let answer = world.nextAnswer(about: window)
            let before = model
            let outcome =
                step.isMultiple(of: 2)
                ? try await fixture.store(answer, window, at: now)
                : try await fixture.storeByCopy(answer, window, at: now)

            for identity in model.keys where window.days.contains(identity.day) { model[identity] = nil }
            for row in answer {
                let known = before[row.identity]
                let isSame = known?.counts == row.counts
                model[row.identity] = StoredFact(
                    counts: row.counts, firstLoadedAt: known?.firstLoadedAt ?? now,
                    lastChangedAt: isSame ? known?.lastChangedAt ?? now : now)
            }
            #expect(try await StoredFact.all(in: fixture) == model, "step \(step)")
            #expect(try await fixture.lines("SELECT * FROM ingest.rollup_difference") == [], "step \(step)")
            expectCounts(outcome, from: before, to: model, in: window)
            answered.formUnion(window.days)
            let last: Int64 = try await fixture.value("SELECT coalesce(max(restatement_id), 0) FROM usage.restatement")
            states.append(State(storedAt: now, lastRestatement: last, answered: answered, facts: model))
        }
        try await expectReplay(states, fixture)
        let covered: Int64 = try await fixture.value("SELECT count(*) FROM ingest.coverage WHERE row_count IS NOT NULL")
        #expect(covered == Int64(answered.count))
        await fixture.close()
    }

    private func expectCounts(
        _ outcome: StoreOutcome,
        from old: [RowIdentity: StoredFact],
        to new: [RowIdentity: StoredFact],
        in window: Window
    ) {
        let old = old.filter { window.days.contains($0.key.day) }
        let new = new.filter { window.days.contains($0.key.day) }
        #expect(outcome.inserted == Int64(new.keys.count { old[$0] == nil }))
        #expect(outcome.deleted == Int64(old.keys.count { new[$0] == nil }))
        #expect(outcome.updated == Int64(new.count { old[$0.key].map(\.counts) ?? $0.value.counts != $0.value.counts }))
        #expect(outcome.unchanged == Int64(new.count { old[$0.key]?.counts == $0.value.counts }))
        #expect(!outcome.isSuperseded)
    }

    /// Undoes the journal from the newest change on, and compares counters and first loads with each remembered state.
    /// A day that a state had not seen yet was not journalled when it first came, so it is left out there.
    private func expectReplay(
        _ states: [State],
        _ fixture: Fixture
    ) async throws {
        var changes = try await Change.all(in: fixture)
        #expect(!changes.isEmpty)
        var facts = try #require(states.last).facts.mapValues {
            Undone(counts: $0.counts, firstLoadedAt: $0.firstLoadedAt)
        }
        var undoneFrom: Date?
        for state in states.reversed() {
            while let change = changes.last, change.restatementID > state.lastRestatement {
                changes.removeLast()
                #expect(facts[change.identity]?.counts == change.new)
                #expect(change.changedAt == undoneFrom)
                #expect(change.runID == fixture.run.rawValue)
                facts[change.identity] = change.old.map { Undone(counts: $0, firstLoadedAt: change.firstLoadedAt) }
            }
            let undone = facts.filter { state.answered.contains($0.key.day) }
            #expect(undone == state.facts.mapValues { Undone(counts: $0.counts, firstLoadedAt: $0.firstLoadedAt) })
            undoneFrom = state.storedAt
        }
    }

    private struct State {
        let storedAt: Date
        let lastRestatement: Int64
        /// Days that had been stored by then.
        let answered: Set<Day>
        let facts: [RowIdentity: StoredFact]
    }

    private struct Undone: Equatable {
        let counts: UsageCounts
        let firstLoadedAt: Date?
    }
}
